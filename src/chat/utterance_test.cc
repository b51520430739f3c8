#include "chat/utterance.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

Utterance full() {
  return {.kind = Utterance::Kind::kReact,
          .is_removal = true,
          .ticket = 0x0102030405060708,
          .id = "abcDEF123456",
          .at = base::WallTime(std::chrono::microseconds(1'790'000'000'123'456)),
          .user_id = "änn",
          .about = "abcDEF123457",
          .payload = R"({"Type":"MESSAGE"})",
          .notice = std::string(UtteranceLimits::kPayload, 'n')};
}

TEST(Utterance, ComesBackAsItWas) {
  for (std::uint8_t kind = 1; kind <= static_cast<std::uint8_t>(Utterance::Kind::kClose); ++kind) {
    Utterance utterance = full();
    utterance.kind = static_cast<Utterance::Kind>(kind);
    EXPECT_EQ(parse_utterance(serialise(utterance).span()), utterance);
  }
  const Utterance empty{.kind = Utterance::Kind::kReload};
  EXPECT_EQ(parse_utterance(serialise(empty).span()), empty);
}

TEST(Utterance, WhatIsCutIsRefused) {
  Utterance utterance = full();
  utterance.notice = "n";
  const base::Slice whole = serialise(utterance);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_utterance(whole.sub(0, size).span())) << size;
  }
  base::Bytes longer(whole.span().begin(), whole.span().end());
  longer.push_back(0);
  EXPECT_FALSE(parse_utterance(longer));
}

TEST(Utterance, WhatIsStrangeIsRefused) {
  struct Row {
    std::size_t offset;
    std::uint8_t value;
    base::ErrorCode code;
  };
  for (const Row& row : {Row{0, 2, base::ErrorCode::kUnsupported},
                         {1, 0, base::ErrorCode::kMalformed},
                         {1, 10, base::ErrorCode::kMalformed},
                         {2, 2, base::ErrorCode::kMalformed},
                         {19, 0xff, base::ErrorCode::kMalformed}}) {
    const base::Slice whole = serialise(full());
    base::Bytes bytes(whole.span().begin(), whole.span().end());
    bytes[row.offset] = row.value;
    const auto parsed = parse_utterance(bytes);
    ASSERT_FALSE(parsed) << row.offset;
    EXPECT_EQ(parsed.error().code, row.code) << row.offset;
  }
}

}  // namespace
}  // namespace chat
