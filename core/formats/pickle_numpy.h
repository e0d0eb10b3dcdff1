#pragma once

#include <core/formats/pickle.h>
#include <core/formats/weights.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::formats {

/// A NumPy array out of a pickle, C order.
struct PickledArray {
    DType type = DType::u8;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;
};

/// The array that `value` describes (numpy's _reconstruct with its state). Throws FormatError for object arrays, other
/// byte orders, Fortran order and sizes that do not fit the data.
PickledArray numpyArray(const PickleValue& value, const std::string& where);

/// The bytes of a bytes value, also of the form that Python 3 writes into protocol 2 (text encoded as latin1).
/// Throws FormatError.
std::vector<std::byte> pickledBytes(const PickleValue& value, const std::string& where);

} // namespace lpntk::formats
