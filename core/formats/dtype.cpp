#include <core/base/checked.h>
#include <core/formats/weights.h>

namespace lpntk::formats {

std::size_t sizeOf(DType type) {
    switch (type) {
    case DType::u8:
    case DType::i8:
    case DType::boolean:
        return 1;
    case DType::i16:
    case DType::u16:
    case DType::f16:
    case DType::bf16:
        return 2;
    case DType::i32:
    case DType::u32:
    case DType::f32:
        return 4;
    case DType::i64:
    case DType::u64:
    case DType::f64:
        return 8;
    }
    return 0;
}

const char* nameOf(DType type) {
    switch (type) {
    case DType::u8:
        return "uint8";
    case DType::i8:
        return "int8";
    case DType::i16:
        return "int16";
    case DType::i32:
        return "int32";
    case DType::i64:
        return "int64";
    case DType::f16:
        return "float16";
    case DType::bf16:
        return "bfloat16";
    case DType::f32:
        return "float32";
    case DType::f64:
        return "float64";
    case DType::boolean:
        return "bool";
    case DType::u16:
        return "uint16";
    case DType::u32:
        return "uint32";
    case DType::u64:
        return "uint64";
    }
    return "unknown";
}

std::int64_t NamedTensor::count() const {
    return base::checkedProduct(shape, "tensor " + name);
}

const NamedTensor* WeightFile::find(std::string_view name) const {
    for (const NamedTensor& tensor : tensors) {
        if (tensor.name == name)
            return &tensor;
    }
    return nullptr;
}

} // namespace lpntk::formats
