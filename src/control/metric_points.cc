#include "control/metric_points.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace control {
namespace {

// Flags of an aggregate: all samples were equal, so that one number says all; the numbers are
// whole and not negative. Most are both, and take a few octets.
constexpr std::uint8_t kUniform = 1;
constexpr std::uint8_t kWhole = 2;
constexpr double kLargestWhole = 9007199254740992.0;  // 2^53

bool is_whole(double value) {
  return value >= 0 && value <= kLargestWhole && std::floor(value) == value && !std::signbit(value);
}

std::unexpected<base::Error> malformed() {
  return base::fail(base::ErrorCode::kMalformed, "metrics: data in the database is damaged");
}

void write_slot(base::ByteWriter& out, const Slot& slot) {
  CHECK(slot.qualifier.size() <= 255);
  out.u8(static_cast<std::uint8_t>(slot.measure));
  out.u8(static_cast<std::uint8_t>(slot.qualifier.size()));
  out.text(slot.qualifier);
}

struct SlotView {
  std::uint8_t measure = 0;
  std::string_view qualifier;
  Slot slot() const { return {static_cast<Measure>(measure), std::string(qualifier)}; }
};

SlotView read_slot(base::ByteReader& in) {
  SlotView slot;
  slot.measure = in.u8();
  if (slot.measure == 0 || slot.measure > kLastMeasure) in.set_failed();
  slot.qualifier = in.text(in.u8());
  return slot;
}

void write_aggregate(base::ByteWriter& out, const Aggregate& a) {
  const bool uniform = a.minimum == a.maximum && a.sum == a.minimum * static_cast<double>(a.count);
  const bool whole = is_whole(a.sum) && is_whole(a.minimum) && is_whole(a.maximum);
  const auto value = [&](double number) {
    if (whole) {
      write_count(out, static_cast<std::uint64_t>(number));
    } else {
      out.f64(number);
    }
  };
  out.u8(static_cast<std::uint8_t>((uniform ? kUniform : 0) | (whole ? kWhole : 0)));
  write_count(out, a.count);
  value(a.minimum);
  if (uniform) return;
  value(a.maximum);
  value(a.sum);
}

Aggregate read_aggregate(base::ByteReader& in) {
  const std::uint8_t flags = in.u8();
  const auto value = [&] {
    return (flags & kWhole) != 0 ? static_cast<double>(read_count(in)) : in.f64();
  };
  Aggregate a;
  a.count = read_count(in);
  a.minimum = value();
  if ((flags & kUniform) != 0) {
    a.maximum = a.minimum;
    a.sum = a.minimum * static_cast<double>(a.count);
  } else {
    a.maximum = value();
    a.sum = value();
  }
  return a;
}

}  // namespace

void write_count(base::ByteWriter& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.u8(static_cast<std::uint8_t>(value));
}

std::uint64_t read_count(base::ByteReader& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t octet = in.u8();
    value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
    if ((octet & 0x80) == 0) return value;
  }
  in.set_failed();
  return 0;
}

void Aggregate::merge(const Aggregate& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  sum += other.sum;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
  count += other.count;
}

void Points::add(const Slot& slot, const Aggregate& aggregate) {
  const auto at = std::lower_bound(points_.begin(), points_.end(), slot,
                                   [](const Point& p, const Slot& s) { return p.slot < s; });
  if (at != points_.end() && at->slot == slot) {
    at->aggregate.merge(aggregate);
  } else {
    points_.insert(at, {slot, aggregate});
  }
}

void Points::merge(const Points& other) {
  for (const Point& point : other.points_) add(point.slot, point.aggregate);
}

const Aggregate* Points::find(const Slot& slot) const {
  const auto at = std::lower_bound(points_.begin(), points_.end(), slot,
                                   [](const Point& p, const Slot& s) { return p.slot < s; });
  return at != points_.end() && at->slot == slot ? &at->aggregate : nullptr;
}

void Points::write(base::ByteWriter& out) const {
  for (const Point& point : points_) {
    write_slot(out, point.slot);
    write_aggregate(out, point.aggregate);
  }
}

base::Bytes Points::encode() const {
  base::ByteWriter out(points_.size() * 16);
  write(out);
  return out.take();
}

base::Expected<Points> Points::decode(base::ByteSpan data) {
  base::ByteReader in(data);
  Points points;
  while (in.remaining() > 0) {
    const SlotView slot = read_slot(in);
    const Aggregate aggregate = read_aggregate(in);
    if (!in.ok()) return malformed();
    points.add(slot.slot(), aggregate);
  }
  if (!in.ok()) return malformed();
  return points;
}

bool Points::add_slot(base::ByteSpan data, const Slot& slot, Aggregate& to) {
  base::ByteReader in(data);
  while (in.remaining() > 0) {
    const SlotView found = read_slot(in);
    const Aggregate aggregate = read_aggregate(in);
    if (!in.ok()) return false;
    if (found.measure == static_cast<std::uint8_t>(slot.measure) &&
        found.qualifier == slot.qualifier) {
      to.merge(aggregate);
    }
  }
  return in.ok();
}

base::Bytes encode_board(const Board& board) {
  base::ByteWriter out(board.size() * 96);
  for (const auto& [subject, points] : board) {
    const base::Bytes encoded = points.encode();
    write_count(out, subject.size());
    out.text(subject);
    write_count(out, encoded.size());
    out.bytes(encoded);
  }
  return out.take();
}

base::Expected<std::vector<BoardEntry>> decode_board(base::ByteSpan data) {
  base::ByteReader in(data);
  std::vector<BoardEntry> entries;
  while (in.remaining() > 0) {
    BoardEntry entry;
    entry.subject = in.text(read_count(in));
    entry.points = in.bytes(read_count(in));
    if (!in.ok()) return malformed();
    entries.push_back(entry);
  }
  if (!in.ok()) return malformed();
  return entries;
}

base::Bytes encode_slots(const std::vector<Slot>& slots) {
  base::ByteWriter out(slots.size() * 4);
  for (const Slot& slot : slots) write_slot(out, slot);
  return out.take();
}

base::Expected<std::vector<Slot>> decode_slots(base::ByteSpan data) {
  base::ByteReader in(data);
  std::vector<Slot> slots;
  while (in.remaining() > 0) {
    const SlotView slot = read_slot(in);
    if (!in.ok()) return malformed();
    slots.push_back(slot.slot());
  }
  if (!in.ok()) return malformed();
  return slots;
}

}  // namespace control
