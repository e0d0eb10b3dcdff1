#include "command.h"

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/version.h>
#include <core/engine/engine.h>
#include <core/engine/environment.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <span>

namespace lpntk::cli {

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kWrongUsage = 2, kCancelled = 130 };

constexpr AddCommand kCommands[] = {addInfo,     addTrain,  addEval,       addPlan,      addKernel,
                                    addCross,    addRepair, addNeighbours, addRelations, addRedundant,
                                    addClusters, addHeads,  addLayers,     addSelect,    addPrune,
                                    addExport,   addReplay, addScore,      addCheck,     addBench};

/// What the command line asked for, filled while it is parsed and done afterwards.
struct Request {
    bool json = false;
    bool quiet = false;
    Work work;
};

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// One line on standard error, and with --json the same as the result.
void printFailure(const std::string& sentence, bool json) {
    std::fprintf(stderr, "lpntk: %s\n", sentence.c_str());
    if (!json)
        return;
    const auto text = base::Json{{"error", sentence}}.dump(2, ' ', false, base::Json::error_handler_t::replace);
    std::printf("%s\n", text.c_str());
}

void flushOutput() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        throw base::IoError("the result could not be written to standard output (is its disk full?)");
}

int doWork(const Request& request) {
    try {
        Console console(request.json, request.quiet);
        const int code = request.work(console);
        flushOutput();
        return code;
    } catch (const base::Cancelled&) {
        printFailure("cancelled", request.json);
        return kCancelled;
    } catch (const base::Error& error) {
        printFailure(error.what(), request.json);
    } catch (const std::bad_alloc&) {
        printFailure("out of memory: close other programs, or ask for less with --memory, --limit or --threads 1",
                     request.json);
    } catch (const std::exception& error) {
        printFailure("unexpected: " + firstLine(error.what()) + " (this is a bug in lpntk; please report the command)",
                     request.json);
    }
    return kFailed;
}

void defineProgram(CLI::App& program, Request& request) {
    program.set_version_flag("--version", std::string("lpntk ") + base::programVersion());
    program.require_subcommand(1);
    program.get_formatter()->column_width(34);
    program.footer("lpntk COMMAND --help tells the options of a command. Exit codes: 0 done, 1 failed, 2 wrong usage, "
                   "130 cancelled.");
    const auto run = [&request](CLI::App* command, Work work) {
        command->add_flag("--json", request.json, "machine-readable result on standard output");
        command->add_flag("--quiet,-q", request.quiet, "no lines for people, no progress");
        command->callback([&request, work = std::move(work)] { request.work = work; });
    };
    for (const AddCommand add : kCommands)
        add(program, run);
}

int printHelp(const CLI::App& program, const CLI::ParseError& asked) {
    program.exit(asked, std::cout);
    std::cout.flush();
    if (std::cout.good())
        return kDone;
    printFailure("the help could not be written to standard output (is its disk full?)", false);
    return kFailed;
}

/// No option takes an empty value; one comes from a shell variable that is not set.
bool hasEmpty(std::span<char*> arguments) {
    for (const char* argument : arguments)
        if (*argument == '\0')
            return true;
    return false;
}

/// The first word, where it is none of the commands.
std::string unknownCommand(const CLI::App& program, std::span<char*> arguments) {
    const auto word =
        std::find_if(arguments.begin() + 1, arguments.end(), [](const char* argument) { return *argument != '-'; });
    if (word == arguments.end())
        return {};
    const auto commands = program.get_subcommands(nullptr);
    const auto same = [&](const CLI::App* command) { return command->get_name() == *word; };
    return std::ranges::any_of(commands, same) ? std::string() : std::string(*word);
}

std::string commandNames(const CLI::App& program) {
    std::string names;
    for (const CLI::App* command : program.get_subcommands(nullptr))
        names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

bool asksForJson(std::span<char*> arguments) {
    for (const char* argument : arguments)
        if (std::strcmp(argument, "--json") == 0)
            return true;
    return false;
}

int runProgram(int argc, char** argv) {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    if (hasEmpty(arguments)) {
        printFailure("an argument is empty; is a variable in the command not set? (lpntk --help, lpntk COMMAND --help)",
                     asksForJson(arguments));
        return kWrongUsage;
    }
    CLI::App program("Computes how learning one training sample changes every other (lpNTK), and prunes by it.",
                     "lpntk");
    Request request;
    defineProgram(program, request);
    if (const std::string word = unknownCommand(program, arguments); !word.empty()) {
        printFailure(fmt::format("there is no command {}; the commands are {} (lpntk --help)", base::quoted(word),
                                 commandNames(program)),
                     asksForJson(arguments));
        return kWrongUsage;
    }
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return printHelp(program, error);
        printFailure(firstLine(error.what()) + " (lpntk --help, lpntk COMMAND --help)", asksForJson(arguments));
        return kWrongUsage;
    }
    return doWork(request);
}

} // namespace

} // namespace lpntk::cli

int main(int argc, char** argv) {
    lpntk::engine::prepareEnvironment();
    lpntk::engine::keepTensorMemory();
    return lpntk::cli::runProgram(argc, argv);
}
