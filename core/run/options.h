#pragma once

#include <core/base/json_file.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::run {

enum class Blocks { full, classes };          ///< the whole N x N, or the diagonal class blocks only
enum class StoreType { f32, f16 };            ///< kappa as float32, or cosine as float16
enum class Precision { fp32, fp64, fp16, fp16x3, tf32 };
enum class KernelKind { lpntk, pntk, loss };  ///< seed of the backward pass, method.md section 1

const char* nameOf(Blocks value);      ///< "full", "class"
const char* nameOf(StoreType value);
const char* nameOf(Precision value);
const char* nameOf(KernelKind value);
/// Inverse of nameOf. Throw OptionError listing the names.
Blocks blocksFromName(const std::string& name);
StoreType storeTypeFromName(const std::string& name);
Precision precisionFromName(const std::string& name);
KernelKind kernelKindFromName(const std::string& name);

/// What the user asks of a kernel job, beside data and network.
struct KernelOptions {
    std::string split = "train";
    std::int64_t limit = 0;                ///< first n samples of the split, 0 = all
    std::int64_t perClass = 0;             ///< first n samples of each class, 0 = all
    std::vector<std::int64_t> indices;     ///< exactly these samples (original indices), empty = all
    Blocks blocks = Blocks::full;
    std::string store;                     ///< "f32", "f16" or "" = f32 to N = 20,000, then f16
    Precision precision = Precision::fp32;
    KernelKind kernel = KernelKind::lpntk;
    std::string parameters;                ///< names or patterns of those that are learnt, "layer4.*,fc.*"; "" = all
    std::string device = "cpu";
    std::string backend; ///< library for products on the processor, KernelPlan::backend; "" = the fastest
    std::int64_t memoryBytes = std::int64_t{4} << 30; ///< budget for everything the job holds
    int threads = 0;                       ///< 0 = all cores
    int top = 50;                          ///< neighbours kept per row and sign
    bool resume = false;                   ///< go on with an unfinished run folder
    bool repair = false;                   ///< compute again what a finished run folder holds no longer as it was

    /// Throws OptionError naming the option that cannot work.
    void check() const;
};

} // namespace lpntk::run
