// What WebSocket frames cost without a socket: making the frame that a whole room shares, reading
// what a client sends, whole and in fragments, and checking its text.
#include <benchmark/benchmark.h>

#include <string>

#include "base/check.h"
#include "base/utf8_checker.h"
#include "wire/websocket/frame.h"
#include "wire/websocket/reader.h"

namespace {

using namespace wire::websocket;

constexpr MaskKey kKey = {0x12, 0x34, 0x56, 0x78};

struct Ears final : Reader::Listener {
  std::size_t octets = 0;
  void on_text(std::string_view text) override { octets += text.size(); }
  void on_ping(base::ByteSpan) override {}
  void on_pong(base::ByteSpan) override {}
  void on_close(std::optional<std::uint16_t>, std::string_view) override {}
};

std::string text_of(std::int64_t size) {
  return std::string(static_cast<std::size_t>(size), 'a');
}

void count(benchmark::State& state, std::int64_t size) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * size);
}

void make_text_frame(benchmark::State& state) {
  const std::string text = text_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(text_frame(text));
  count(state, state.range(0));
}
BENCHMARK(make_text_frame)->Arg(230)->Arg(4096);

void read_frame(benchmark::State& state, Reader::Role role) {
  const std::string text = text_of(state.range(0));
  const base::Slice frame = role == Reader::Role::kServer
                                ? masked_frame(Opcode::kText, base::as_bytes(text), kKey)
                                : text_frame(text);
  Reader reader(role, 1 << 20);
  Ears ears;
  for (auto _ : state) CHECK(reader.receive(frame.span(), ears).has_value());
  CHECK(ears.octets == text.size() * static_cast<std::size_t>(state.iterations()));
  count(state, state.range(0));
}
void read_as_server(benchmark::State& state) {
  read_frame(state, Reader::Role::kServer);
}
void read_as_client(benchmark::State& state) {
  read_frame(state, Reader::Role::kClient);
}
BENCHMARK(read_as_server)->Arg(120)->Arg(230)->Arg(4096)->Arg(16 << 10);
BENCHMARK(read_as_client)->Arg(230);

/// The same message as two fragments that come in two pieces each.
void read_fragments(benchmark::State& state) {
  const std::string half = text_of(state.range(0) / 2);
  const base::Slice first = masked_frame(Opcode::kText, base::as_bytes(half), kKey, false);
  const base::Slice second = masked_frame(Opcode::kContinuation, base::as_bytes(half), kKey);
  Reader reader(Reader::Role::kServer, 1 << 20);
  Ears ears;
  for (auto _ : state) {
    for (const base::Slice& frame : {first, second}) {
      CHECK(reader.receive(frame.span().first(7), ears).has_value());
      CHECK(reader.receive(frame.span().subspan(7), ears).has_value());
    }
  }
  CHECK(ears.octets == 2 * half.size() * static_cast<std::size_t>(state.iterations()));
  count(state, state.range(0));
}
BENCHMARK(read_fragments)->Arg(230);

void check_text(benchmark::State& state, std::string_view piece) {
  std::string text;
  while (text.size() < 4096) text += piece;
  for (auto _ : state) {
    base::Utf8Checker checker;
    CHECK(checker.add(base::as_bytes(text)) && checker.is_complete());
  }
  count(state, static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(check_text, latin, "plain words of a chat ");
BENCHMARK_CAPTURE(check_text, mixed, "naïve café, l'été à Göttingen ");
BENCHMARK_CAPTURE(check_text, japanese, "配信を見ています");

}  // namespace
