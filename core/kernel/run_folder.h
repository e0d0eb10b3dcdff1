#pragma once

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/run/manifest.h>

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// State of the run that a folder holds, "running" or "finished". Throws FormatError when it holds something else.
std::string runStateOf(const std::filesystem::path& folder);

/// The one writer of a run folder: says what is there, locks it against other writers for as long as it lives, and takes
/// back what it made when a job fails before it is worth resuming.
class RunFolder {
public:
    enum class Content { nothing, unfinished, finished };

    /// Looks, and locks an existing folder. Throws IoError: the place is a file, holds something else than a run, or is
    /// being written by another program. `stateOf`: of folders of the kind that is meant.
    explicit RunFolder(std::filesystem::path path,
                       const std::function<std::string(const std::filesystem::path&)>& stateOf = runStateOf);
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    Content content() const { return m_content; }
    /// Makes and locks the folder when it is not there. Throws IoError.
    void create();
    /// Removes the temporary files of writers that were killed.
    void removeLeftovers() const;
    /// A new job: begin() makes what a resume needs, compute() does the work. What fails before that, or would fail
    /// again, leaves nothing; a full disk and a cancelled job leave a folder to go on with.
    void fill(const std::function<void()>& begin, const std::function<void()>& compute);
    /// Throws IoError because the folder holds a finished or unfinished "run" (or what else it is called).
    [[noreturn]] void refuse(const char* what) const;

private:
    void lock();
    void takeBack() noexcept;

    std::filesystem::path m_path;
    Content m_content = Content::nothing;
    int m_descriptor = -1;
    bool m_existed = false;
};

/// Throws OptionError when an unfinished job in the folder was started with another `what` than it is asked for now.
template <typename Was, typename Is>
void checkSame(const std::filesystem::path& folder, const char* what, const Was& was, const Is& is) {
    if (was != is)
        throw base::OptionError(fmt::format("{} cannot be resumed: it was started with {} {}, now it is {}. Give the "
                                            "same command as before, or choose another folder",
                                            base::quoted(folder), what, was, is));
}
/// The same for the library that multiplies: "" asks for none in particular.
void checkSameBackend(const std::filesystem::path& folder, const std::string& was, const std::string& asked);

/// Throws OptionError when an unfinished run was started with other data, weights or options than `wanted`; names the
/// first difference. The plan's tile, batch and the like are the found ones' to decide.
void checkSameJob(const run::Manifest& found, const run::Manifest& wanted, const std::filesystem::path& folder);

/// Throws OptionError when the pairs of a finished run would not be those of `wanted`; names the first difference.
void checkExtends(const run::Manifest& found, const run::Manifest& wanted, const std::filesystem::path& folder);

} // namespace lpntk::kernel
