#pragma once

#include <core/base/job_context.h>
#include <core/data/dataset.h>

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace lpntk::data {

/// Pictures that are files of their own, decoded when asked for. The most recent ones stay decoded up to a bound, so
/// that a view scrolling back and forth does not decode them again. Safe from any thread.
class FileSource : public ImageSource {
public:
    /// Reads every file's header (sizes, channels). When grey and colour are mixed, all count as colour.
    /// `names` are for location(), relative to the data set. Throws IoError, FormatError, Cancelled.
    FileSource(std::vector<std::filesystem::path> files, std::filesystem::path base, const base::JobContext& context);

    std::int64_t count() const override { return static_cast<std::int64_t>(m_files.size()); }
    ImageShape shape(std::int64_t index) const override;
    bool uniform() const override { return m_uniform; }
    Image image(std::int64_t index) const override;
    void floats(std::int64_t index, std::span<float> out) const override;
    std::string location(std::int64_t index) const override;
    std::vector<std::byte> bytes(std::int64_t index) const override;
    std::filesystem::path file(std::int64_t index) const override;

private:
    std::size_t checked(std::int64_t index) const;
    std::shared_ptr<const Image> decoded(std::int64_t index) const;

    std::vector<std::filesystem::path> m_files;
    std::filesystem::path m_base;
    std::vector<ImageShape> m_shapes;
    bool m_uniform = true;

    struct Cached {
        std::int64_t index = 0;
        std::shared_ptr<const Image> image;
    };
    mutable std::mutex m_mutex;
    mutable std::list<Cached> m_recent; ///< most recent first
    mutable std::unordered_map<std::int64_t, std::list<Cached>::iterator> m_places;
    mutable std::size_t m_cachedBytes = 0;
};

} // namespace lpntk::data
