#include <core/model/arguments_torch.h>

#include <core/base/error.h>

#include <ATen/core/jit_type.h>
#include <ATen/ScalarOps.h>

namespace lpntk::model {

namespace {

using c10::IValue;
using c10::TypeKind;
using Slot = Interpreter::Slot;

c10::TypePtr withoutOptional(c10::TypePtr type) {
    while (const auto optional = type->cast<c10::OptionalType>())
        type = optional->getElementType();
    return type;
}

/// Element type of a list type, empty for anything else.
c10::TypePtr elementType(const c10::TypePtr& type) {
    const auto list = withoutOptional(type)->cast<c10::ListType>();
    return list ? list->getElementType() : c10::TypePtr();
}

IValue wrappedNumber(const at::Scalar& number) {
    at::Tensor tensor = at::scalar_to_tensor(number);
    tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
    return tensor;
}

/// A number where the schema wants a float, a Scalar, a tensor or a list of one.
template <typename T> IValue numberAs(T number, const c10::TypePtr& wanted) {
    const c10::TypePtr type = withoutOptional(wanted);
    if (const c10::TypePtr element = elementType(type)) {
        if (element->kind() == TypeKind::FloatType)
            return c10::List<double>({static_cast<double>(number)});
        return c10::List<std::int64_t>({static_cast<std::int64_t>(number)});
    }
    if (type->kind() == TypeKind::FloatType)
        return static_cast<double>(number);
    if (type->kind() == TypeKind::TensorType)
        return wrappedNumber(at::Scalar(number));
    return number;
}

at::MemoryFormat memoryFormat(MemoryFormat format) {
    switch (format) {
    case MemoryFormat::contiguous:
        return at::MemoryFormat::Contiguous;
    case MemoryFormat::channelsLast:
        return at::MemoryFormat::ChannelsLast;
    case MemoryFormat::channelsLast3d:
        return at::MemoryFormat::ChannelsLast3d;
    case MemoryFormat::preserve:
        return at::MemoryFormat::Preserve;
    }
    return at::MemoryFormat::Contiguous;
}

/// An empty list of whatever the schema wants; exporters write every empty list as one of sizes.
IValue emptyList(const c10::TypePtr& element) {
    switch (element ? element->kind() : TypeKind::IntType) {
    case TypeKind::FloatType:
        return c10::List<double>();
    case TypeKind::BoolType:
        return c10::List<bool>();
    case TypeKind::TensorType:
        return c10::List<at::Tensor>();
    case TypeKind::OptionalType:
        return c10::List<std::optional<at::Tensor>>();
    default:
        return c10::List<std::int64_t>();
    }
}

/// Turns each kind of Argument into a slot.
struct SlotMaker {
    const c10::TypePtr& type;
    at::ScalarType floating;
    at::Device device;

    Slot fixed(IValue value) const { return {Slot::Kind::fixed, std::move(value), {}, {}, type}; }

    Slot operator()(std::monostate) const { return fixed({}); }
    Slot operator()(ValueId id) const { return {Slot::Kind::value, {}, {id}, {}, type}; }
    Slot operator()(const std::vector<ValueId>& ids) const { return {Slot::Kind::tensors, {}, ids, {}, type}; }
    Slot operator()(bool value) const {
        return fixed(withoutOptional(type)->kind() == TypeKind::TensorType ? wrappedNumber(value) : IValue(value));
    }
    Slot operator()(std::int64_t value) const { return fixed(numberAs(value, type)); }
    Slot operator()(double value) const { return fixed(numberAs(value, type)); }
    Slot operator()(const std::string& value) const { return fixed(value); }
    Slot operator()(const std::vector<Size>& sizes) const {
        const c10::TypePtr element = elementType(type);
        if (sizes.empty())
            return fixed(emptyList(element));
        if (element && element->kind() == TypeKind::FloatType) {
            c10::List<double> list;
            for (const Size& size : sizes)
                list.push_back(static_cast<double>(std::get<std::int64_t>(size)));
            return fixed(list);
        }
        return {Slot::Kind::sizes, {}, {}, sizes, type};
    }
    Slot operator()(const std::vector<double>& values) const { return fixed(c10::List<double>(values)); }
    Slot operator()(const std::vector<bool>& values) const {
        c10::List<bool> list;
        for (const bool value : values)
            list.push_back(value);
        return fixed(list);
    }
    Slot operator()(formats::DType value) const {
        return fixed(static_cast<std::int64_t>(scalarType(value, floating)));
    }
    Slot operator()(MemoryFormat value) const { return fixed(static_cast<std::int64_t>(memoryFormat(value))); }
    Slot operator()(Layout) const { return fixed(static_cast<std::int64_t>(at::kStrided)); }
    Slot operator()(RunningDevice) const { return fixed(device); }
};

const IValue& at(const std::vector<IValue>& environment, ValueId id) {
    return environment[static_cast<std::size_t>(id.value())];
}

IValue tensorList(const Slot& slot, const std::vector<IValue>& environment) {
    const c10::TypePtr element = elementType(slot.type);
    if (element && element->kind() == TypeKind::OptionalType) {
        c10::List<std::optional<at::Tensor>> list;
        for (const ValueId id : slot.ids)
            list.push_back(id.isValid() ? std::optional(at(environment, id).toTensor()) : std::nullopt);
        return list;
    }
    c10::List<at::Tensor> list;
    for (const ValueId id : slot.ids)
        list.push_back(at(environment, id).toTensor());
    return list;
}

} // namespace

Slot makeSlot(const Argument& argument, const c10::TypePtr& type, at::ScalarType floating, at::Device device,
              const std::string& place) {
    try {
        return std::visit(SlotMaker{type, floating, device}, argument);
    } catch (const std::bad_variant_access&) {
        throw base::FormatError(place + ": a list of numbers holds a computed size where the operator wants " +
                                type->repr_str());
    }
}

at::ScalarType scalarType(formats::DType type, at::ScalarType floating) {
    using formats::DType;
    switch (type) {
    case DType::u8:
        return at::kByte;
    case DType::u16:
        return at::kUInt16;
    case DType::u32:
        return at::kUInt32;
    case DType::u64:
        return at::kUInt64;
    case DType::i8:
        return at::kChar;
    case DType::i16:
        return at::kShort;
    case DType::i32:
        return at::kInt;
    case DType::i64:
        return at::kLong;
    case DType::f16:
        return at::kHalf;
    case DType::bf16:
        return at::kBFloat16;
    case DType::f32:
        return floating;
    case DType::f64:
        return at::kDouble;
    case DType::boolean:
        return at::kBool;
    }
    return floating;
}

IValue fillSlot(const Slot& slot, const std::vector<IValue>& environment) {
    switch (slot.kind) {
    case Slot::Kind::fixed:
        return slot.fixed;
    case Slot::Kind::value: {
        const IValue& value = at(environment, slot.ids.front());
        return value.isInt() ? numberAs(value.toInt(), slot.type) : value;
    }
    case Slot::Kind::tensors:
        return tensorList(slot, environment);
    case Slot::Kind::sizes: {
        c10::List<std::int64_t> list;
        for (const Size& size : slot.sizes) {
            const auto* id = std::get_if<ValueId>(&size);
            list.push_back(id ? at(environment, *id).toInt() : std::get<std::int64_t>(size));
        }
        return list;
    }
    }
    return {};
}

} // namespace lpntk::model
