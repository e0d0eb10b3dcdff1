#pragma once

#include <c10/core/Device.h>

#include <string>

namespace lpntk::model {

/// The device that "cpu", "cuda" or "cuda:1" names, ready for tensors. The first CUDA device asked for opens libtorch's
/// CUDA library; nothing of it is needed, or loaded, before. Throws OptionError for an unknown name, and where driver,
/// library or card are missing says what to do.
c10::Device openDevice(const std::string& name);

/// "cuda:all" as the list of all cards, "cuda:0,cuda:1"; any other name as it is. Throws as openDevice.
std::string namedDevices(const std::string& name);

/// "NVIDIA H200, 139.8 GiB of memory, 139.1 GiB free"; "processor, AVX2".
std::string describeDevice(c10::Device device);

/// Memory in bytes that is free on a device beside the processor.
std::int64_t freeDeviceMemory(c10::Device device);

/// Waits until the device has done what this thread gave it; nothing for the processor.
void waitFor(c10::Device device);

} // namespace lpntk::model
