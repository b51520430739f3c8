// Which events a rule wants, in EventBridge's pattern language: an object in the shape of the
// event, with a list at each field of interest in which one value must match.
//
//   {"source": ["aws.ivs"], "detail": {"event_name": ["Stream Start", {"prefix": "Session"}]}}
//
// Literals (numbers are equal by value), null, true and false, and the comparisons prefix, suffix,
// equals-ignore-case (ASCII letters), anything-but, numeric, exists, wildcard and cidr; `$or`
// beside the fields of an object. Where the event has a list, one element must match; fields that a
// pattern names together match in the same element. `exists` asks about values, not about objects.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace control {

/// Immutable; copies share what was compiled. Safe from every thread.
class EventPattern {
 public:
  static constexpr std::size_t kMaxText = 4096;
  static constexpr std::size_t kMaxDepth = 16;
  /// Of the branches of all `$or`, multiplied where several hold at once.
  static constexpr std::size_t kMaxCombinations = 1000;

  /// kInvalid says what is wrong, and where.
  static base::Expected<EventPattern> compile(std::string_view json);

  bool matches(const boost::json::object& event) const;

 private:
  struct Object;
  struct Program;
  class Compiler;
  class Matcher;

  explicit EventPattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace control
