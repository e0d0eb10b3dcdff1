#include <core/base/error.h>
#include <core/formats/pickle.h>
#include <core/formats/pickle_globals.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstring>
#include <unordered_map>

namespace lpntk::formats {

using base::FormatError;
using Kind = PickleValue::Kind;

namespace {

constexpr std::size_t kMostValues = 4'000'000;
constexpr std::size_t kMostOnStack = 1'000'000;
constexpr std::size_t kMostMemo = 1'000'000;
constexpr std::size_t kLongestName = 256;

/// The stack machine. A mark on the stack is a null pointer; "memo" is Python's table of values seen before.
class Machine {
public:
    Machine(std::span<const std::byte> bytes, const std::string& where, std::size_t offset)
        : m_text(reinterpret_cast<const char*>(bytes.data()), bytes.size()), m_where(where), m_offset(offset),
          m_document(std::make_unique<PickleDocument>()) {}

    std::unique_ptr<PickleDocument> run() {
        while (true) {
            m_opcodeAt = m_at;
            const auto opcode = static_cast<unsigned char>(take(1)[0]);
            if (opcode == '.')
                break;
            if (!stackAndMemo(opcode) && !scalar(opcode) && !text(opcode) && !container(opcode) && !object(opcode))
                fail(fmt::format(
                    "opcode 0x{:02x} does not occur in data files; save the file again with a newer program", opcode));
            if (m_stack.size() > kMostOnStack)
                fail(fmt::format("more than {} values on the stack", kMostOnStack));
        }
        if (m_stack.size() != 1 || !m_stack.back())
            fail("STOP with something other than one value on the stack");
        m_document->root = m_stack.back();
        m_document->size = m_at;
        return std::move(m_document);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw FormatError(
            fmt::format("{}: damaged or refused pickle, opcode at byte {}: {}", m_where, m_offset + m_opcodeAt, what));
    }

    // Reading ---------------------------------------------------------------------------------------------------------
    std::string_view take(std::uint64_t count) {
        if (count > m_text.size() - m_at)
            fail(fmt::format("{} bytes are claimed and {} are left: the file is truncated or damaged; get it again",
                             count, m_text.size() - m_at));
        const std::string_view taken = m_text.substr(m_at, static_cast<std::size_t>(count));
        m_at += static_cast<std::size_t>(count);
        return taken;
    }
    std::uint64_t number(int size) {
        const std::string_view digits = take(static_cast<std::uint64_t>(size));
        std::uint64_t value = 0;
        for (std::size_t i = digits.size(); i-- > 0;)
            value = value << 8 | static_cast<unsigned char>(digits[i]);
        return value;
    }
    std::string_view line() {
        const std::size_t end = m_text.substr(m_at).find('\n');
        if (end == std::string_view::npos)
            fail("a line without end");
        const std::string_view taken = take(end);
        take(1);
        return taken;
    }

    // Stack -----------------------------------------------------------------------------------------------------------
    PickleValue& make(Kind kind) {
        if (m_document->values.size() == kMostValues)
            fail(fmt::format("more than {} values", kMostValues));
        PickleValue& value = m_document->values.emplace_back();
        value.kind = kind;
        return value;
    }
    PickleValue& push(Kind kind) {
        PickleValue& value = make(kind);
        m_stack.push_back(&value);
        return value;
    }
    PickleValue* pop() {
        if (m_stack.empty() || !m_stack.back())
            fail("a value is missing on the stack");
        PickleValue* value = m_stack.back();
        m_stack.pop_back();
        return value;
    }
    PickleValue& top() {
        if (m_stack.empty() || !m_stack.back())
            fail("a value is missing on the stack");
        return *m_stack.back();
    }
    /// Takes everything above the last mark, and the mark.
    std::vector<PickleValue*> popToMark() {
        std::size_t mark = m_stack.size();
        while (mark > 0 && m_stack[mark - 1])
            --mark;
        if (mark == 0)
            fail("a mark is missing on the stack");
        std::vector<PickleValue*> values(m_stack.begin() + static_cast<std::ptrdiff_t>(mark), m_stack.end());
        m_stack.resize(mark - 1);
        return values;
    }
    void remember(std::uint64_t key, PickleValue& value) {
        if (m_memo.size() == kMostMemo && !m_memo.contains(key))
            fail(fmt::format("more than {} remembered values", kMostMemo));
        m_memo[key] = &value;
    }
    void recall(std::uint64_t key) {
        const auto found = m_memo.find(key);
        if (found == m_memo.end())
            fail(fmt::format("value {} is used and was never remembered", key));
        m_stack.push_back(found->second);
    }
    std::uint64_t memoKey(std::string_view digits) {
        std::uint64_t value = 0;
        if (digits.empty() || digits.size() > 9)
            fail("a number expected");
        for (const char c : digits) {
            if (c < '0' || c > '9')
                fail("a number expected");
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value;
    }

    // Opcodes, by topic; each answers whether the opcode was one of its own -------------------------------------------
    bool stackAndMemo(unsigned char opcode) {
        switch (opcode) {
        case 0x80: // PROTO
            if (const std::uint64_t version = number(1); version > 5)
                fail(fmt::format("pickle protocol {}; 1 to 5 are known", version));
            return true;
        case 0x95:
            number(8);
            return true; // FRAME: a hint for buffered readers
        case '(':
            m_stack.push_back(nullptr);
            return true;
        case '0':
            if (m_stack.empty())
                fail("nothing to pop");
            m_stack.pop_back();
            return true;
        case '1':
            popToMark();
            return true;
        case '2':
            m_stack.push_back(&top());
            return true;
        case 'p':
            remember(memoKey(line()), top());
            return true;
        case 'q':
            remember(number(1), top());
            return true;
        case 'r':
            remember(number(4), top());
            return true;
        case 0x94:
            remember(m_memo.size(), top());
            return true;
        case 'g':
            recall(memoKey(line()));
            return true;
        case 'h':
            recall(number(1));
            return true;
        case 'j':
            recall(number(4));
            return true;
        default:
            return false;
        }
    }

    bool scalar(unsigned char opcode) {
        switch (opcode) {
        case 'N':
            push(Kind::none);
            return true;
        case 0x88:
            push(Kind::boolean).integer = 1;
            return true;
        case 0x89:
            push(Kind::boolean).integer = 0;
            return true;
        case 'J':
            push(Kind::integer).integer = static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4)));
            return true;
        case 'K':
            push(Kind::integer).integer = static_cast<std::int64_t>(number(1));
            return true;
        case 'M':
            push(Kind::integer).integer = static_cast<std::int64_t>(number(2));
            return true;
        case 'I':
            textInteger(line());
            return true;
        case 0x8a:
            longInteger(take(number(1)));
            return true;
        case 0x8b:
            longInteger(take(number(4)));
            return true;
        case 'G': { // big-endian, unlike everything else
            std::uint64_t bits = 0;
            for (const char c : take(8))
                bits = bits << 8 | static_cast<unsigned char>(c);
            push(Kind::real).real = std::bit_cast<double>(bits);
            return true;
        }
        default:
            return false;
        }
    }
    void textInteger(std::string_view digits) {
        if (digits == "01" || digits == "00") {
            push(Kind::boolean).integer = digits == "01";
            return;
        }
        const bool negative = digits.starts_with('-');
        const auto value = static_cast<std::int64_t>(memoKey(negative ? digits.substr(1) : digits));
        push(Kind::integer).integer = negative ? -value : value;
    }
    void longInteger(std::string_view bytes) {
        if (bytes.size() > 8) {
            push(Kind::bigInteger).text = bytes;
            return;
        }
        const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80);
        std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = value << 8 | static_cast<unsigned char>(bytes[i]);
        push(Kind::integer).integer = static_cast<std::int64_t>(value);
    }

    bool text(unsigned char opcode) {
        switch (opcode) {
        case 'U': // Python 2 str: bytes
        case 'C':
            setText(Kind::bytes, 1);
            return true;
        case 'T':
        case 'B':
            setText(Kind::bytes, 4);
            return true;
        case 0x8e:
        case 0x96:
            setText(Kind::bytes, 8);
            return true;
        case 0x8c:
            setText(Kind::text, 1);
            return true;
        case 'X':
            setText(Kind::text, 4);
            return true;
        case 0x8d:
            setText(Kind::text, 8);
            return true;
        default:
            return false;
        }
    }
    void setText(Kind kind, int lengthBytes) {
        const std::string_view content = take(number(lengthBytes));
        push(kind).text = content;
    }

    bool container(unsigned char opcode) {
        switch (opcode) {
        case ']':
        case 0x8f:
            push(Kind::list);
            return true;
        case '}':
            push(Kind::dict);
            return true;
        case ')':
            push(Kind::tuple);
            return true;
        case 'l':
            collect(Kind::list, popToMark());
            return true;
        case 'd':
            collect(Kind::dict, popToMark());
            return true;
        case 't':
            collect(Kind::tuple, popToMark());
            return true;
        case 0x91:
            collect(Kind::list, popToMark());
            return true;
        case 0x85:
            collectTop(1);
            return true;
        case 0x86:
            collectTop(2);
            return true;
        case 0x87:
            collectTop(3);
            return true;
        case 'a':
            extend(Kind::list, {pop()});
            return true;
        case 'e':
        case 0x90:
            extend(Kind::list, popToMark());
            return true;
        case 's': {
            PickleValue* value = pop();
            PickleValue* key = pop();
            extend(Kind::dict, {key, value});
            return true;
        }
        case 'u':
            extend(Kind::dict, popToMark());
            return true;
        default:
            return false;
        }
    }
    void collect(Kind kind, const std::vector<PickleValue*>& values) {
        if (kind == Kind::dict && values.size() % 2 != 0)
            fail("a key without value");
        push(kind).items.assign(values.begin(), values.end());
    }
    void collectTop(std::size_t count) {
        std::vector<PickleValue*> values(count);
        for (std::size_t i = count; i-- > 0;)
            values[i] = pop();
        collect(Kind::tuple, values);
    }
    void extend(Kind kind, const std::vector<PickleValue*>& values) {
        PickleValue& target = top();
        if (target.kind != kind)
            fail(fmt::format("items are added to a {}; a {} was expected", nameOf(target.kind), nameOf(kind)));
        if (kind == Kind::dict && values.size() % 2 != 0)
            fail("a key without value");
        target.items.insert(target.items.end(), values.begin(), values.end());
    }

    bool object(unsigned char opcode) {
        switch (opcode) {
        case 'c': {
            const std::string_view module = line();
            global(module, line());
            return true;
        }
        case 0x93: {
            const PickleValue* name = pop();
            const PickleValue* module = pop();
            if (!name->isString() || !module->isString())
                fail("a global without a name");
            global(module->text, name->text);
            return true;
        }
        case 'R':
        case 0x81:
            call();
            return true;
        case 'b': {
            const PickleValue* state = pop();
            PickleValue& target = top();
            if (target.kind != Kind::object && target.kind != Kind::dict)
                fail(fmt::format("a state is given to a {}", nameOf(target.kind)));
            target.state = state;
            return true;
        }
        case 'Q': {
            const PickleValue* id = pop();
            PickleValue& value = push(Kind::persistent);
            value.items.push_back(id);
            m_document->persistent.push_back(&value);
            return true;
        }
        default:
            return false;
        }
    }
    void global(std::string_view module, std::string_view name) {
        const char* canonical = allowedGlobal(module, name);
        if (!canonical) {
            throw FormatError(
                fmt::format("{}: asks for \"{}.{}\" (pickle byte {}), which could run code and is refused; save plain "
                            "data: for a network torch.save(model.state_dict(), ...) or safetensors",
                            m_where, printable(module), printable(name), m_offset + m_opcodeAt));
        }
        push(Kind::global).name = canonical;
    }
    static std::string printable(std::string_view text) {
        std::string result;
        for (const char c : text.substr(0, kLongestName))
            result.push_back(std::isprint(static_cast<unsigned char>(c)) ? c : '?');
        return result;
    }
    void call() {
        const PickleValue* arguments = pop();
        const PickleValue* callee = pop();
        if (callee->kind != Kind::global || arguments->kind != Kind::tuple)
            fail("something other than a name with a tuple of arguments is called");
        if (std::strcmp(callee->name, "collections OrderedDict") == 0) {
            orderedDict(*arguments);
            return;
        }
        // Bytes as Python 3 writes them into protocol 2; plain ASCII is the same in latin1, the rest is left to
        // pickledBytes().
        if (std::strcmp(callee->name, "_codecs encode") == 0 && arguments->items.size() == 2 &&
            arguments->items[0]->kind == Kind::text && arguments->items[1]->text == "latin1" &&
            isAscii(arguments->items[0]->text)) {
            push(Kind::bytes).text = arguments->items[0]->text;
            return;
        }
        PickleValue& value = push(Kind::object);
        value.name = callee->name;
        value.items = arguments->items;
    }
    static bool isAscii(std::string_view text) {
        return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    }
    /// OrderedDict() or OrderedDict([(key, value), ...]).
    void orderedDict(const PickleValue& arguments) {
        PickleValue& dict = push(Kind::dict);
        if (arguments.items.empty())
            return;
        if (arguments.items.size() != 1 || arguments.items[0]->kind != Kind::list)
            fail("OrderedDict is made from something other than a list of pairs");
        for (const PickleValue* pair : arguments.items[0]->items) {
            if ((pair->kind != Kind::tuple && pair->kind != Kind::list) || pair->items.size() != 2)
                fail("OrderedDict is made from something other than a list of pairs");
            dict.items.insert(dict.items.end(), pair->items.begin(), pair->items.end());
        }
    }

    std::string_view m_text;
    const std::string& m_where;
    std::size_t m_offset;
    std::size_t m_at = 0;
    std::size_t m_opcodeAt = 0;
    std::unique_ptr<PickleDocument> m_document;
    std::vector<PickleValue*> m_stack;
    std::unordered_map<std::uint64_t, PickleValue*> m_memo;
};

} // namespace

std::unique_ptr<PickleDocument> readPickle(std::span<const std::byte> bytes, const std::string& where,
                                           std::size_t offset) {
    return Machine(bytes, where, offset).run();
}

} // namespace lpntk::formats
