#include <core/formats/pickle_globals.h>

#include <array>

namespace lpntk::formats {

namespace {

struct Allowed {
    std::string_view module;
    std::string_view name;
    const char* canonical;
};

// Everything here is inert data once read: none of these names is ever looked up in any interpreter.
constexpr std::array kAllowed{
    Allowed{"collections", "OrderedDict", "collections OrderedDict"},
    Allowed{"builtins", "set", "builtins set"},
    Allowed{"__builtin__", "set", "builtins set"},
    Allowed{"_codecs", "encode", "_codecs encode"},
    Allowed{"numpy", "ndarray", "numpy ndarray"},
    Allowed{"numpy", "dtype", "numpy dtype"},
    Allowed{"numpy.core.multiarray", "_reconstruct", "numpy _reconstruct"},
    Allowed{"numpy._core.multiarray", "_reconstruct", "numpy _reconstruct"},
    Allowed{"numpy.core.multiarray", "scalar", "numpy scalar"},
    Allowed{"numpy._core.multiarray", "scalar", "numpy scalar"},
    Allowed{"torch._utils", "_rebuild_tensor", "torch _rebuild_tensor"},
    Allowed{"torch._utils", "_rebuild_tensor_v2", "torch _rebuild_tensor_v2"},
    Allowed{"torch._utils", "_rebuild_parameter", "torch _rebuild_parameter"},
    Allowed{"torch._utils", "_rebuild_parameter_with_state", "torch _rebuild_parameter"},
    Allowed{"torch.nn.parameter", "Parameter", "torch Parameter"},
    Allowed{"torch", "Size", "torch Size"},
    Allowed{"torch", "device", "torch device"},
    Allowed{"torch", "FloatStorage", "torch FloatStorage"},
    Allowed{"torch", "DoubleStorage", "torch DoubleStorage"},
    Allowed{"torch", "HalfStorage", "torch HalfStorage"},
    Allowed{"torch", "BFloat16Storage", "torch BFloat16Storage"},
    Allowed{"torch", "LongStorage", "torch LongStorage"},
    Allowed{"torch", "IntStorage", "torch IntStorage"},
    Allowed{"torch", "ShortStorage", "torch ShortStorage"},
    Allowed{"torch", "CharStorage", "torch CharStorage"},
    Allowed{"torch", "ByteStorage", "torch ByteStorage"},
    Allowed{"torch", "BoolStorage", "torch BoolStorage"},
    Allowed{"torch.cuda", "FloatStorage", "torch FloatStorage"},
    Allowed{"torch.cuda", "DoubleStorage", "torch DoubleStorage"},
    Allowed{"torch.cuda", "HalfStorage", "torch HalfStorage"},
    Allowed{"torch.cuda", "BFloat16Storage", "torch BFloat16Storage"},
    Allowed{"torch.cuda", "LongStorage", "torch LongStorage"},
    Allowed{"torch.cuda", "IntStorage", "torch IntStorage"},
    Allowed{"torch", "float16", "torch float16"},
    Allowed{"torch", "bfloat16", "torch bfloat16"},
    Allowed{"torch", "float32", "torch float32"},
    Allowed{"torch", "float64", "torch float64"},
    Allowed{"torch", "int8", "torch int8"},
    Allowed{"torch", "int16", "torch int16"},
    Allowed{"torch", "int32", "torch int32"},
    Allowed{"torch", "int64", "torch int64"},
    Allowed{"torch", "uint8", "torch uint8"},
    Allowed{"torch", "bool", "torch bool"},
};

} // namespace

const char* allowedGlobal(std::string_view module, std::string_view name) {
    for (const Allowed& entry : kAllowed) {
        if (entry.module == module && entry.name == name)
            return entry.canonical;
    }
    return nullptr;
}

} // namespace lpntk::formats
