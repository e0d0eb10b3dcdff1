#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace lpntk::model {

/// One functorch vmap level on this thread, from construction to destruction: inside it a wrapped tensor (samples, ...)
/// is seen by operators as (...) and the samples can never mix. Levels nest like scopes.
class VmapLevel {
public:
    explicit VmapLevel(std::int64_t samples);
    ~VmapLevel();
    VmapLevel(const VmapLevel&) = delete;
    VmapLevel& operator=(const VmapLevel&) = delete;

    /// `physical` has the samples in its first dimension.
    at::Tensor wrap(const at::Tensor& physical) const;
    std::int64_t samples() const { return m_samples; }

private:
    std::int64_t m_samples;
    std::int64_t m_level;
};

/// Whether `tensor` is wrapped, and what it wraps with the samples moved to the first dimension (itself otherwise).
/// Still works after the level has ended.
bool isWrapped(const at::Tensor& tensor);
at::Tensor unwrapped(const at::Tensor& tensor);

} // namespace lpntk::model
