#pragma once

#include <stdexcept>
#include <string>

namespace lpntk::base {

/// The family of everything that can go wrong outside our own bugs. `what()` is a sentence for the user: which file
/// or option, where in it, what was expected, what was found, what to do. Caught by the job runner and the commands.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The operating system refused: missing file, no permission, disk full.
class IoError : public Error {
public:
    using Error::Error;
};

/// A file is not what it says it is: wrong magic, truncated, absurd sizes, hostile content.
class FormatError : public Error {
public:
    using Error::Error;
};

/// Things that are each right do not fit each other: weights and network, images and network, labels and classes.
class ShapeError : public Error {
public:
    using Error::Error;
};

/// An option has a value that cannot work.
class OptionError : public Error {
public:
    using Error::Error;
};

/// The work does not fit the memory or disk budget; the sentence says what would.
class BudgetError : public Error {
public:
    using Error::Error;
};

/// Thrown by JobContext::throwIfCancelled. Not an Error: cancellation is a status and is never shown as a failure.
class Cancelled : public std::exception {
public:
    const char* what() const noexcept override { return "cancelled"; }
};

} // namespace lpntk::base
