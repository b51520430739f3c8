#include "av/test_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "av/font.h"
#include "av/stamp.h"
#include "base/check.h"

namespace av {
namespace {

constexpr std::uint8_t kGround = 44;
constexpr std::uint8_t kGridLine = 66;
constexpr std::uint8_t kPlaqueGround = 22;
constexpr std::uint8_t kInk = 225;
constexpr std::uint8_t kFaintInk = 150;
constexpr int kBarLevel = 191;  // 75 % bars

int even(int value) {
  return value / 2 * 2;
}

std::string clock_text(base::WallTime time) {
  return base::to_rfc3339_ms(time).substr(11, 12);  // HH:MM:SS.mmm
}

std::string date_text(base::WallTime time) {
  return base::to_rfc3339_ms(time).substr(0, 10) + " UTC";
}

}  // namespace

TestCard::Layout TestCard::make_layout(int width, int height) {
  Layout layout{};
  const int unit = std::max(2, even(height / 36));
  layout.unit = unit;
  const std::string_view clock = "00:00:00.000";
  layout.clock_scale =
      std::max(1, std::min(height / 72, (width - 8 * unit) / text_width(clock, 1)));
  layout.name_scale = std::max(1, layout.clock_scale * 6 / 10);
  layout.small_scale = std::max(1, layout.clock_scale * 3 / 10);
  const int plaque_width = even(text_width(clock, layout.clock_scale) + 4 * unit);
  layout.plaque = {even((width - plaque_width) / 2), 15 * unit, plaque_width, 12 * unit};
  layout.track = {2 * unit, 28 * unit, even(width - 4 * unit), 2 * unit};
  const int lamp = 2 * unit;
  layout.lamps[0] = {layout.plaque.x + unit, layout.plaque.y + unit, lamp, lamp};
  layout.lamps[1] = {layout.plaque.x + plaque_width - unit - lamp, layout.plaque.y + unit, lamp,
                     lamp};
  return layout;
}

TestCard::TestCard(int width, int height)
    : picture_(width, height), layout_(make_layout(width, height)) {
  CHECK(width >= 480 && height >= 270);
  picture_.fill_luma({0, 0, width, height}, kGround);
  draw_grid();
  draw_bars();
  draw_circle();
  draw_plaque();
}

void TestCard::draw_grid() {
  const int step = 2 * layout_.unit;
  const int line = std::max(1, layout_.unit / 10);
  for (int x = picture_.width / 2 % step; x < picture_.width; x += step) {
    picture_.fill_luma({x, 0, line, picture_.height}, kGridLine);
  }
  for (int y = picture_.height / 2 % step; y < picture_.height; y += step) {
    picture_.fill_luma({0, y, picture_.width, line}, kGridLine);
  }
}

void TestCard::draw_bars() {
  constexpr std::array<std::array<int, 3>, 7> kBars = {
      {{1, 1, 1}, {1, 1, 0}, {0, 1, 1}, {0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {0, 0, 1}}};
  const int unit = layout_.unit;
  const int left = 2 * unit;
  const int width = picture_.width - 2 * left;
  const auto column = [&](int i, int of) { return left + even(width * i / of); };
  const int count = static_cast<int>(kBars.size());
  for (int i = 0; i < count; ++i) {
    const auto [red, green, blue] = kBars[static_cast<std::size_t>(i)];
    picture_.fill({column(i, count), 2 * unit, column(i + 1, count) - column(i, count), 10 * unit},
                  from_rgb(red * kBarLevel, green * kBarLevel, blue * kBarLevel));
  }
  constexpr int kSteps = 11;
  for (int i = 0; i < kSteps; ++i) {
    const auto level = static_cast<std::uint8_t>(16 + 219 * i / (kSteps - 1));
    picture_.fill(
        {column(i, kSteps), 12 * unit, column(i + 1, kSteps) - column(i, kSteps), 2 * unit},
        {level, 128, 128});
  }
}

void TestCard::draw_circle() {
  const double radius = 17.0 * layout_.unit;
  const double half_line = std::max(1.0, layout_.unit / 12.0);
  const double centre_x = picture_.width / 2.0;
  const double centre_y = picture_.height / 2.0;
  for (int y = 0; y < picture_.height; ++y) {
    for (int x = 0; x < picture_.width; ++x) {
      const double off = std::abs(std::hypot(x + 0.5 - centre_x, y + 0.5 - centre_y) - radius);
      // One pixel of soft edge keeps the circle smooth.
      const double cover = std::clamp(half_line + 0.5 - off, 0.0, 1.0);
      if (cover == 0) continue;
      std::uint8_t& luma = picture_.y[picture_.at(x, y)];
      luma = static_cast<std::uint8_t>(std::lround(luma + (kWhite.y - luma) * cover));
      if (cover < 1) continue;
      const std::size_t chroma =
          static_cast<std::size_t>(y / 2) * static_cast<std::size_t>(picture_.width / 2) +
          static_cast<std::size_t>(x / 2);
      picture_.u[chroma] = kWhite.u;
      picture_.v[chroma] = kWhite.v;
    }
  }
}

void TestCard::draw_plaque() {
  const Rect& plaque = layout_.plaque;
  const int unit = layout_.unit;
  const int border = std::max(2, even(unit / 8));
  picture_.fill(
      {plaque.x - border, plaque.y - border, plaque.width + 2 * border, plaque.height + 2 * border},
      {kFaintInk, 128, 128});
  picture_.fill(plaque, {kPlaqueGround, 128, 128});
  const std::string_view name = "ROSTRUM";
  draw_text(picture_, centred(text_width(name, layout_.name_scale)), plaque.y + unit,
            layout_.name_scale, name, kInk, kPlaqueGround);
  const int right = kStampLeft + kStampColumns * kStampBlock + kStampBlock / 2;
  picture_.fill_luma(
      {kStampLeft - kStampBlock / 2, picture_.height - kStampBottom - kStampBlock / 2,
       right - kStampLeft + kStampBlock / 2, (kStampRows + 1) * kStampBlock},
      kPlaqueGround);
}

void TestCard::update(base::WallTime time, std::uint64_t frame, bool flash) {
  const Rect& plaque = layout_.plaque;
  const int unit = layout_.unit;
  const std::string clock = clock_text(time);
  draw_text(picture_, centred(text_width(clock, layout_.clock_scale)), plaque.y + 5 * unit,
            layout_.clock_scale, clock, kInk, kPlaqueGround);
  const std::string below = fmt::format("{}   FRAME {:08}", date_text(time), frame % 100'000'000);
  draw_text(picture_, centred(text_width(below, layout_.small_scale)), plaque.y + 10 * unit,
            layout_.small_scale, below, kFaintInk, kPlaqueGround);

  for (const Rect& lamp : layout_.lamps) {
    picture_.fill(lamp, flash ? from_rgb(255, 210, 60) : from_rgb(60, 50, 30));
  }

  const Rect& track = layout_.track;
  const auto within_second =
      (time - std::chrono::floor<std::chrono::seconds>(time)).count();  // microseconds
  const int mark = 2 * unit;
  const auto offset =
      static_cast<int>((track.width - mark) * static_cast<std::int64_t>(within_second) / 1'000'000);
  picture_.fill(track, {kPlaqueGround, 128, 128});
  picture_.fill({track.x + even(offset), track.y, mark, track.height}, from_rgb(90, 200, 250));

  draw_stamp(picture_, time);
}

}  // namespace av
