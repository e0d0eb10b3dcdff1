#pragma once

#include <core/base/job_context.h>
#include <core/run/run.h>

#include <cstdint>
#include <vector>

namespace lpntk::analysis {

/// Leading components of a run's kernel: eigenvectors of the (N, N) matrix of cosines, scaled so that the inner product
/// of two rows of coordinates is the best approximation of their cosine. The cosine and not kappa, because norms differ
/// by orders of magnitude and the first components of kappa are its few largest samples; not centred, because the
/// origin means something: samples on opposite sides of it contradict each other.
struct Components {
    std::int64_t rows = 0;
    int count = 0; ///< components to be shown
    int width = 0; ///< columns of `values`; those beyond `count` are less exact, a refinement starts from them
    std::vector<float> values; ///< (rows, width) row-major: eigenvector times square root of the eigenvalue
    std::vector<double> share; ///< (count) eigenvalue / trace, in [0, 1]
    std::int64_t sampled = 0;  ///< rows that it was made from: fewer than `rows` is an estimate
    double residual = 0;       ///< as EigenPairs::residual, of the matrix it was made from

    bool isEstimate() const { return sampled < rows; }
    float at(std::int64_t row, int component) const {
        return values[static_cast<std::size_t>(row * width + component)];
    }
};

struct ComponentOptions {
    int count = 8;               ///< components, at most 12
    std::int64_t sampled = 2000; ///< rows read for the estimate, spread over the classes; runs of no more are exact
    int passes = 4;              ///< times that a refinement reads the kernel at most
    double tolerance = 1e-3;     ///< residual at which a refinement ends early
};

/// Nystroem's extension of the eigenvectors among some sampled rows to all rows. Reads these rows only, twice: 0.5 GB
/// of a 60,000-row run instead of 7. Runs with no more rows than that are exact. The signs make the sum of cubes of
/// each component positive, the start is fixed: the same run gives the same picture on any number of threads. Throws
/// ShapeError for runs with class blocks only, OptionError, FormatError for damaged kernels.
Components estimateComponents(const run::Run& run, const ComponentOptions& options = {}, int threads = 0,
                              const base::JobContext& context = {});

/// Block Krylov passes over the whole kernel, begun at an estimate, whose signs are kept. Each pass reads all of
/// kernel.npy; 70 doubles a row and pass of memory. Reports rows of all passes as progress. Throws as above, and
/// ShapeError when `start` is of another run.
Components refineComponents(const run::Run& run, const Components& start, const ComponentOptions& options = {},
                            int threads = 0, const base::JobContext& context = {});

} // namespace lpntk::analysis
