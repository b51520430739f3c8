#include "io/bulk_watch.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace io {
namespace {

using namespace std::chrono_literals;

// One end of a socket pair in a bulk watch; reads what is there when told.
class Reader final : public Watcher {
 public:
  explicit Reader(EpollSet& set) : set_(set) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    here_ = Descriptor(ends[0]);
    there_ = Descriptor(ends[1]);
    set_.add(here_.get(), EPOLLIN, *this);
  }
  ~Reader() { set_.remove(here_.get(), *this); }

  void send() { EXPECT_EQ(::write(there_.get(), "x", 1), 1); }
  std::size_t told() const { return told_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void on_ready(std::uint32_t) override {
    ++told_;
    std::array<char, 4096> buffer{};
    bytes_ += static_cast<std::size_t>(::read(here_.get(), buffer.data(), buffer.size()));
  }

  EpollSet& set_;
  Descriptor here_;
  Descriptor there_;
  std::size_t told_ = 0;
  std::size_t bytes_ = 0;
};

// Sends until the watch is paced: a wake-up for each octet.
std::size_t make_busy(Loop& loop, BulkWatch& bulk, Reader& reader) {
  std::size_t sent = 0;
  while (!bulk.is_paced() && sent < 100'000) {
    reader.send();
    ++sent;
    while (reader.bytes() < sent) loop.run_once(1s);
  }
  return sent;
}

TEST(BulkWatch, TellsAtOnceWhileThereIsLittle) {
  Loop loop;
  BulkWatch bulk(loop);
  Reader reader(bulk.set());
  for (std::size_t i = 1; i <= 3; ++i) {
    reader.send();
    ASSERT_TRUE(loop.run_once(5s));
    EXPECT_EQ(reader.told(), i);
  }
  EXPECT_FALSE(bulk.is_paced());
}

TEST(BulkWatch, ManyEventsShareAWakeUp) {
  Loop loop;
  BulkWatch bulk(loop);
  Reader reader(bulk.set());
  const std::size_t sent = make_busy(loop, bulk, reader);
  ASSERT_TRUE(bulk.is_paced());
  const std::size_t told = reader.told();
  for (int i = 0; i < 10; ++i) reader.send();
  const auto before = Loop::precise_now();
  while (reader.bytes() < sent + 10) loop.run_once(1s);
  // Nothing has been told since the watch became paced, so the pace is in between.
  EXPECT_EQ(reader.told(), told + 1);
  EXPECT_LT(Loop::precise_now() - before, 2s);
}

TEST(BulkWatch, StopsPacingWhenThereIsLittleAgain) {
  Loop loop;
  BulkWatch bulk(loop);
  Reader reader(bulk.set());
  std::size_t sent = make_busy(loop, bulk, reader);
  while (bulk.is_paced()) loop.run_once(1s);
  reader.send();
  ++sent;
  ASSERT_TRUE(loop.run_once(5s));
  EXPECT_EQ(reader.bytes(), sent);
}

TEST(BulkWatch, WatchersMayGoWhilePaced) {
  Loop loop;
  BulkWatch bulk(loop);
  Reader reader(bulk.set());
  const std::size_t sent = make_busy(loop, bulk, reader);
  {
    Reader second(bulk.set());
    second.send();
  }
  reader.send();
  while (reader.bytes() < sent + 1) loop.run_once(1s);
  EXPECT_TRUE(bulk.is_paced());
}

}  // namespace
}  // namespace io
