// What is measured, as numbers that can be added up: aggregates by slot, in the form in which the
// database keeps them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace control {

/// The numbers stand in the database: never change or reuse one.
enum class Measure : std::uint8_t {
  kViews = 1,
  kStreams = 2,
  kStreamsByHealth = 3,
  kStreamsByCountry = 4,
  kDelivered = 5,  // seconds
  kDeliveredByCountry = 6,
  kInput = 7,    // seconds
  kBitrate = 8,  // bit/s
  kVideoBitrate = 9,
  kAudioBitrate = 10,
  kFrameRate = 11,
  kKeyframeInterval = 12,  // seconds
  kChatConnections = 13,
  kChatRequests = 14,
  kChatRequestsByAction = 15,
  kChatDeliveries = 16,
  kChatDeliveriesByAction = 17,
  kReviewInvocationErrors = 18,
  kReviewResponseErrors = 19,
  kChatLogErrors = 20,
  kChatLogAccessDenied = 21,
  kChatLogNotFound = 22,
  kRecorded = 23,  // seconds
  kGaps = 24,
  kDroppedSamples = 25,
};
inline constexpr std::uint8_t kLastMeasure = 25;

/// One series of a subject. The qualifier is a country's code, a state of health, an action of
/// chat, the name of a review handler or the id of a logging configuration; else "".
struct Slot {
  Measure measure = Measure::kViews;
  std::string qualifier;  // at most 255 octets
  auto operator<=>(const Slot&) const = default;
};

/// Any number of samples as the four numbers from which every statistic but percentiles follows,
/// at every resolution.
struct Aggregate {
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
  std::uint64_t count = 0;

  static Aggregate of(double value) { return {value, value, value, 1}; }
  void merge(const Aggregate& other);
  bool operator==(const Aggregate&) const = default;
};

struct Point {
  Slot slot;
  Aggregate aggregate;
};

/// The points of one subject in one period, in the order of their slots.
class Points {
 public:
  void add(const Slot& slot, const Aggregate& aggregate);
  void merge(const Points& other);
  const Aggregate* find(const Slot& slot) const;
  const std::vector<Point>& all() const { return points_; }
  bool empty() const { return points_.empty(); }

  void write(base::ByteWriter& out) const;
  base::Bytes encode() const;
  /// kMalformed if the data was not written by us.
  static base::Expected<Points> decode(base::ByteSpan data);
  /// Adds what `data` holds for one slot, without making the others. False if it is malformed.
  static bool add_slot(base::ByteSpan data, const Slot& slot, Aggregate& to);

 private:
  std::vector<Point> points_;
};

/// By subject: a channel's id, or "" for the whole account.
using Board = std::map<std::string, Points, std::less<>>;

base::Bytes encode_board(const Board& board);
/// The encoded points of each subject; views into `data`.
struct BoardEntry {
  std::string_view subject;
  base::ByteSpan points;
};
base::Expected<std::vector<BoardEntry>> decode_board(base::ByteSpan data);

// The slots that a subject has had.
base::Bytes encode_slots(const std::vector<Slot>& slots);
base::Expected<std::vector<Slot>> decode_slots(base::ByteSpan data);

// Whole numbers in seven-bit groups, the lowest first.
void write_count(base::ByteWriter& out, std::uint64_t value);
std::uint64_t read_count(base::ByteReader& in);

}  // namespace control
