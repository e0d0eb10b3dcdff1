#include <core/kernel/run_folder.h>

#include <core/base/error.h>
#include <core/base/files.h>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace lpntk::kernel {

namespace fs = std::filesystem;

namespace {

bool isLeftover(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') && name.find(".part-") != std::string::npos;
}

bool holdsNothing(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!isLeftover(entry.path()))
            return false;
    }
    return true;
}

} // namespace

std::string runStateOf(const fs::path& folder) {
    return run::readManifest(folder).state;
}

RunFolder::RunFolder(fs::path path, const std::function<std::string(const fs::path&)>& stateOf)
    : m_path(fs::absolute(std::move(path)).lexically_normal()) {
    if (!m_path.has_filename())
        m_path = m_path.parent_path();
    std::error_code code;
    m_existed = fs::exists(m_path, code);
    if (!m_existed)
        return;
    if (!fs::is_directory(m_path, code))
        throw base::IoError(fmt::format("{} is a file; a run needs a folder of its own: choose another name", base::quoted(m_path)));
    lock();
    if (holdsNothing(m_path))
        return;
    if (!fs::exists(m_path / "manifest.json", code))
        throw base::IoError(fmt::format("{} holds something else than a run and is left alone; choose another folder",
                                        base::quoted(m_path)));
    m_content = stateOf(m_path) == "finished" ? Content::finished : Content::unfinished;
}

RunFolder::~RunFolder() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

/// The folder itself is locked, so no lock file is left behind by a program that was killed.
void RunFolder::lock() {
    m_descriptor = ::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (m_descriptor < 0)
        throw base::IoError(fmt::format("{} cannot be opened: {}", base::quoted(m_path), std::strerror(errno)));
    // File systems without locks refuse with another code; then the user alone keeps writers apart.
    if (::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw base::IoError(fmt::format("{} is being written by another program; wait for it or choose another folder",
                                        base::quoted(m_path)));
}

void RunFolder::create() {
    std::error_code code;
    fs::create_directories(m_path, code);
    if (code)
        throw base::IoError(fmt::format("{} cannot be created: {}; choose another folder", base::quoted(m_path), code.message()));
    if (m_descriptor < 0)
        lock();
    if (::access(m_path.c_str(), W_OK | X_OK) != 0)
        throw base::IoError(fmt::format("{} is not writable: {}; choose another folder", base::quoted(m_path), std::strerror(errno)));
}

void RunFolder::removeLeftovers() const {
    std::error_code code;
    std::vector<fs::path> leftovers;
    for (const auto& entry : fs::recursive_directory_iterator(m_path)) {
        if (isLeftover(entry.path()))
            leftovers.push_back(entry.path());
    }
    for (const fs::path& path : leftovers)
        fs::remove(path, code);
}

void RunFolder::fill(const std::function<void()>& begin, const std::function<void()>& compute) {
    bool worthResuming = false;
    try {
        create();
        removeLeftovers();
        begin();
        worthResuming = true;
        compute();
    } catch (const base::Cancelled&) {
        throw;
    } catch (const c10::OutOfMemoryError&) {
        if (!worthResuming)
            takeBack();
        throw; // goes on with a smaller plan
    } catch (const base::IoError&) {
        // A disk that fills up later is worth resuming once there is space.
        if (!worthResuming)
            takeBack();
        throw;
    } catch (...) {
        takeBack();
        throw;
    }
}

void RunFolder::refuse(const char* what) const {
    if (m_content == Content::finished)
        throw base::IoError(fmt::format("{} holds a finished {}, which is never overwritten; choose another folder",
                                        base::quoted(m_path), what));
    throw base::IoError(
        fmt::format("{} holds an unfinished {}; add --resume to go on with it, or choose another folder",
                    base::quoted(m_path), what));
}

/// Removes everything that this object's job wrote.
void RunFolder::takeBack() noexcept {
    std::error_code code;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(m_path, code), end; !code && entry != end; entry.increment(code))
        entries.push_back(entry->path());
    for (const fs::path& path : entries)
        fs::remove_all(path, code);
    if (!m_existed)
        fs::remove(m_path, code);
}

namespace {

/// compare(what, how it was, how it is now) for all that decides kappa of two samples.
template <typename Compare>
void compareKernels(const run::Manifest& found, const run::Manifest& wanted, const Compare& compare) {
    compare("data with SHA-256", found.dataHash, wanted.dataHash);
    compare("split", found.split, wanted.split);
    compare("preprocessing", found.preprocessing.dump(), wanted.preprocessing.dump());
    compare("network", found.model, wanted.model);
    compare("network's file with SHA-256", found.programHash, wanted.programHash);
    compare("weights with SHA-256", found.weightsHash, wanted.weightsHash);
    if (found.weightsHash.empty())
        compare("seed", found.seed, wanted.seed);
    compare("--kernel", std::string(run::nameOf(found.plan.kernel)), run::nameOf(wanted.plan.kernel));
    compare("--precision", std::string(run::nameOf(found.plan.precision)), run::nameOf(wanted.plan.precision));
    compare("--store", std::string(run::nameOf(found.plan.store)), run::nameOf(wanted.plan.store));
    compare("forward pass", found.plan.capture, wanted.plan.capture);
    compare("--blocks", std::string(run::nameOf(found.plan.blockKind)), run::nameOf(wanted.plan.blockKind));
    compare("--parameters", found.plan.chosenParameters, wanted.plan.chosenParameters);
    compare("number of parameters", found.plan.parameters, wanted.plan.parameters);
}

} // namespace

void checkSameBackend(const fs::path& folder, const std::string& was, const std::string& asked) {
    if (!asked.empty() && asked != was)
        throw base::OptionError(fmt::format("{} cannot be resumed with --backend {}: it was started with {}; leave "
                                            "--backend out",
                                            base::quoted(folder), asked, was));
}

void checkSameJob(const run::Manifest& found, const run::Manifest& wanted, const fs::path& folder) {
    const auto compare = [&](const char* what, const auto& was, const auto& is) { checkSame(folder, what, was, is); };
    compare("program version", found.programVersion, wanted.programVersion);
    compareKernels(found, wanted, compare);
    compare("--device", found.plan.device, wanted.plan.device);
    compare("--top", found.plan.top, wanted.plan.top);
    compare("number of samples", found.plan.rows, wanted.plan.rows);
    compare("--extend of a run with SHA-256", found.extendsHash, wanted.extendsHash);
}

void checkExtends(const run::Manifest& found, const run::Manifest& wanted, const fs::path& folder) {
    compareKernels(found, wanted, [&](const char* what, const auto& was, const auto& is) {
        if (was != is)
            throw base::OptionError(fmt::format("{} cannot be extended: it was computed with {} {}, now it is {}",
                                                base::quoted(folder), what, was, is));
    });
    if (wanted.plan.top > found.plan.top)
        throw base::OptionError(
            fmt::format("{} cannot be extended with --top {}: it keeps {} neighbours of a sample, and "
                        "further ones are not known; give --top {}",
                        base::quoted(folder), wanted.plan.top, found.plan.top, found.plan.top));
}

} // namespace lpntk::kernel
