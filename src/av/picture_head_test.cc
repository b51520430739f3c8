#include "av/picture_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace av {
namespace {

using namespace std::string_literals;
using base::ErrorCode;
using Format = PictureHead::Format;

struct Row {
  std::string octets;
  Format format;
  std::uint32_t width;
  std::uint32_t height;
};

const Row kRows[] = {
    // A table and fill octets stand before the frame header.
    {"\xFF\xD8\xFF\xDB\x00\x05"
     "abc\xFF\xFF\xFF\xC2\x00\x0B\x08\x00\x10\x01\x02\x01\x01\x11\x00"s,
     Format::kJpeg, 258, 16},
    {"\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR\x00\x00\x01\x00\x00\x00\x00\x07"s, Format::kPng, 256,
     7},
    {"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9D\x01\x2A\x40\x41\x10\x00"s,
     Format::kWebp, 320, 16},
    {"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2F\x02\xC0\x00\x00"s, Format::kWebp, 3, 4},
    {"RIFF\x00\x00\x00\x00WEBPVP8X\x00\x00\x00\x00\x10\x00\x00\x00\xFF\x01\x00\x09\x00\x00"s,
     Format::kWebp, 512, 10},
};

TEST(PictureHead, TellsFormatAndSizeByContent) {
  for (const Row& row : kRows) {
    const auto head = read_picture_head(base::as_bytes(row.octets));
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->format, row.format);
    EXPECT_EQ(head->width, row.width);
    EXPECT_EQ(head->height, row.height);
  }
}

TEST(PictureHead, RefusesEveryBeginningThatIsTooShort) {
  for (const Row& row : kRows) {
    // The octets behind the size are not needed.
    const std::size_t needed =
        row.format == Format::kJpeg ? row.octets.size() - 4 : row.octets.size();
    for (std::size_t length = 0; length < needed; ++length) {
      const auto head = read_picture_head(base::as_bytes(row.octets.substr(0, length)));
      EXPECT_FALSE(head) << length << " of " << row.octets.size();
    }
  }
}

TEST(PictureHead, KnowsWhatIsNoPicture) {
  for (const std::string_view octets :
       {"<?php echo 1; ?>", "GIF89a", "<svg xmlns='http://www.w3.org/2000/svg'/>", "", "RIFF"}) {
    const auto head = read_picture_head(base::as_bytes(octets));
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().code, ErrorCode::kUnsupported);
  }
}

TEST(PictureHead, RefusesSizesOfZero) {
  const auto head = read_picture_head(
      base::as_bytes("\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR\x00\x00\x00\x00\x00\x00\x00\x07"s));
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace av
