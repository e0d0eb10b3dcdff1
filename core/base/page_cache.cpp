#include <core/base/page_cache.h>

#include <fcntl.h>

namespace lpntk::base {

void releasePages(const File& file, std::int64_t offset, std::int64_t bytes) {
    // The answers do not matter: whoever needs the file on the disk asks for that, and says so when it is not.
#ifdef __linux__
    ::sync_file_range(file.descriptor(), offset, bytes,
                      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#endif
    ::posix_fadvise(file.descriptor(), offset, bytes, POSIX_FADV_DONTNEED);
}

void beginWriting([[maybe_unused]] const File& file, [[maybe_unused]] std::int64_t offset,
                  [[maybe_unused]] std::int64_t bytes) {
#ifdef __linux__
    ::sync_file_range(file.descriptor(), offset, bytes, SYNC_FILE_RANGE_WRITE);
#endif
}

} // namespace lpntk::base
