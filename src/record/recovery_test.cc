// What is left after the end of the program at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "record/journal.h"
#include "record/layout.h"
#include "record/record_test_support.h"
#include "record/spool_file.h"

namespace record {
namespace {

namespace fs = std::filesystem;
using Kind = Notice::Kind;

struct Left {
  std::string id;
  std::string prefix;
  base::WallTime date;
};

// A recording of so many seconds whose program is killed then. Nothing could be stored.
Left killed(RecordRig& rig, const Plan& plan, int seconds) {
  rig.contents.mode = MemoryStore::Mode::kFails;
  Broadcast broadcast({.renditions = {"720p30", "audio_only"}});
  auto recording = rig.begin(plan, broadcast);
  for (int i = 0; i < seconds; ++i) {
    broadcast.play(*recording, 1);
    rig.run(*recording, std::chrono::seconds(1));
  }
  rig.contents.mode = MemoryStore::Mode::kWorks;
  return {recording->id(), recording->state().began().prefix, broadcast.date()};
}

TEST(Recovery, AKilledRecordingIsFinishedToItsLastPart) {
  RecordRig rig;
  const Left left = killed(rig, rig.plan(), 23);
  auto found = rig.recover();
  ASSERT_EQ(found.size(), 1U);
  rig.run(*found[0], std::chrono::seconds(3));
  const Notice* ended = rig.told(Kind::kEnded);
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(ended->facts.duration, std::chrono::seconds(23));
  EXPECT_EQ(ended->facts.ended_at, left.date);
  EXPECT_EQ(ended->facts.prefix, left.prefix);
  EXPECT_EQ(rig.notices.front().kind, Kind::kStarted);
  std::string last;
  for (std::uint64_t i = 100; i < 115; ++i) last += part_octets("720p30", i, 1000);
  EXPECT_EQ(*rig.object(left.prefix + "/media/hls/720p30/2.ts"), last);
}

TEST(Recovery, ItWaitsOnWhileTheWindowIsOpen) {
  RecordRig rig;
  Plan plan = rig.plan();
  plan.reconnect_window = std::chrono::seconds(60);
  (void)killed(rig, plan, 10);
  rig.now.wall += std::chrono::seconds(30);
  auto found = rig.recover();
  ASSERT_EQ(found.size(), 1U);
  rig.run(*found[0], std::chrono::seconds(5));
  EXPECT_EQ(found[0]->phase(), Recording::Phase::kWaiting);
  Broadcast more({.renditions = {"720p30", "audio_only"}, .started_at = rig.now.wall});
  ASSERT_TRUE(found[0]->takes(plan, *Broadcast({}).next()[0].rendition));
  found[0]->begin_broadcast(base::StreamId("st-2"), rig.now.wall);
  more.play(*found[0], 5);
  found[0]->end_broadcast(rig.now);
  rig.run(*found[0], std::chrono::seconds(62));
  ASSERT_NE(rig.told(Kind::kEnded), nullptr);
  EXPECT_EQ(rig.told(Kind::kEnded)->facts.duration, std::chrono::seconds(15));
}

TEST(Recovery, WhatIsInTheStoreIsNotStoredAgain) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 35);
  rig.run(*recording, std::chrono::seconds(1));
  const std::string key = recording->state().began().prefix + "/media/hls/720p30/0.ts";
  recording.reset();
  auto found = rig.recover();
  ASSERT_EQ(found.size(), 1U);
  rig.run(*found[0], std::chrono::seconds(2));
  EXPECT_EQ(std::ranges::count(rig.contents.order, key), 1);
  ASSERT_NE(rig.told(Kind::kEnded), nullptr);
  EXPECT_EQ(rig.told(Kind::kEnded)->facts.duration, std::chrono::seconds(35));
  // Of those who were told of its start, nobody is told twice.
  EXPECT_EQ(std::ranges::count(rig.notices, Kind::kStarted, &Notice::kind), 1);
}

TEST(Recovery, AFinishedOneIsNotFound) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 5);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(2));
  ASSERT_EQ(recording->phase(), Recording::Phase::kOver);
  recording.reset();
  EXPECT_TRUE(rig.recover().empty());
  EXPECT_TRUE(fs::is_empty(rig.spool()));
}

TEST(Recovery, ATimeShiftIsOver) {
  RecordRig rig;
  Plan plan = rig.plan();
  plan.time_shift = std::chrono::seconds(60);
  (void)killed(rig, plan, 10);
  EXPECT_TRUE(rig.recover().empty());
  EXPECT_NE(rig.told(Kind::kTimeShiftOver), nullptr);
  EXPECT_TRUE(fs::is_empty(rig.spool()));
}

TEST(Recovery, ALostSegmentIsAFailure) {
  RecordRig rig;
  const Left left = killed(rig, rig.plan(), 25);
  ASSERT_GT(
      remove_file(spool_folder(rig.spool(), left.id) + "/" + spool_segment_key("720p30", "1.ts")),
      0U);
  auto found = rig.recover();
  ASSERT_EQ(found.size(), 1U);
  rig.run(*found[0], std::chrono::seconds(3));
  ASSERT_EQ(rig.notices.back().kind, Kind::kStartFailed);
  // What there is can be watched.
  EXPECT_NE(rig.object(left.prefix + "/media/hls/audio_only/playlist.m3u8"), nullptr);
}

// A journal and files that break off anywhere: what is found is whole, and ends with a part.
TEST(Recovery, WhereverFilesBreakOff) {
  RecordRig made;
  const Left left = killed(made, made.plan(), 12);
  const fs::path folder = spool_folder(made.spool(), left.id);
  const auto size = fs::file_size(folder / "journal");
  const auto samples_size = fs::file_size(folder / spool_samples_key("720p30"));
  const auto attempt = [&](std::uintmax_t journal, std::uintmax_t media, std::uintmax_t samples) {
    RecordRig rig;
    fs::create_directories(rig.spool());
    const fs::path copy = spool_folder(rig.spool(), left.id);
    fs::copy(folder, copy, fs::copy_options::recursive);
    fs::resize_file(copy / "journal", journal);
    const fs::path open = copy / spool_segment_key("720p30", "1.ts");
    if (fs::file_size(open) > media) fs::resize_file(open, media);
    fs::resize_file(copy / spool_samples_key("720p30"), samples);
    auto found = rig.recover();
    if (found.empty()) return base::Duration(0);
    rig.run(*found[0], std::chrono::seconds(3));
    const Notice* ended = rig.told(Kind::kEnded);
    EXPECT_NE(ended, nullptr);
    if (ended == nullptr) return base::Duration(0);
    const auto catalog = parse_catalog(base::as_bytes(*rig.object(catalog_key(left.id))));
    EXPECT_TRUE(catalog);
    for (const CatalogRendition& rendition : catalog->renditions) {
      const std::string* tables = rig.object(samples_key(left.id, rendition.info.name));
      for (std::size_t i = 0; i < rendition.segments.size(); ++i) {
        const CatalogSegment& segment = rendition.segments[i];
        const std::string* stored =
            rig.object(rendition_key(left.prefix, rendition.info.name,
                                     segment_name(segment.number, media::PartContainer::kMpegTs)));
        EXPECT_NE(stored, nullptr);
        if (stored == nullptr || tables == nullptr) return base::Duration(0);
        EXPECT_EQ(stored->size(), segment.bytes);
        const std::size_t parts = segment.bytes / 1000;
        EXPECT_EQ(segment.duration, static_cast<media::Ticks>(parts * 18'000));
        const auto read = parse_samples(
            base::as_bytes(*tables).subspan(segment.samples_offset, segment.samples_length));
        EXPECT_TRUE(read && read->size() == parts);
      }
    }
    return ended->facts.duration;
  };
  const base::Duration whole = attempt(size, UINT64_MAX, samples_size);
  EXPECT_EQ(whole, std::chrono::seconds(12));
  base::Duration last{};
  for (std::uintmax_t cut = 0; cut <= size; cut += 37) {
    const base::Duration kept = attempt(cut, UINT64_MAX, samples_size);
    EXPECT_GE(kept, last) << cut;
    last = kept;
  }
  // The open segment has two seconds, the journal knows of all of them.
  for (const std::uintmax_t media : {0U, 1U, 999U, 1000U, 5500U, 9999U}) {
    EXPECT_EQ(attempt(size, media, samples_size), whole) << "the sound goes on";
  }
  for (std::uintmax_t cut = 1; cut < samples_size / 12; cut += 97) {
    EXPECT_EQ(attempt(size, UINT64_MAX, samples_size - cut), whole) << "the sound goes on";
  }
}

TEST(Journal, DamageEndsIt) {
  base::Bytes data;
  {
    const auto folder = io::TemporaryDirectory::create();
    auto journal = Journal::open(folder->path() + "/journal", 0);
    ASSERT_TRUE(journal);
    for (int i = 0; i < 4; ++i) {
      journal->add(StoredRecord{.rendition = 1, .number = static_cast<std::uint64_t>(i)});
    }
    ASSERT_TRUE(journal->flush());
    data = *io::read_file(folder->path() + "/journal", 4096);
  }
  const std::size_t record = data.size() / 4;
  for (std::size_t i = 0; i < data.size(); ++i) {
    base::Bytes damaged = data;
    damaged[i] ^= 0x40;
    EXPECT_EQ(parse_journal(damaged).records.size(), i / record) << i;
    EXPECT_EQ(parse_journal(base::ByteSpan(data).first(i)).valid, i / record * record) << i;
  }
}

// Two hours of two renditions: journal and files of the spool stay bounded.
TEST(Recovery, TwoHoursStayBounded) {
  RecordRig rig;
  Broadcast broadcast({.renditions = {"720p30", "audio_only"}, .part_bytes = 100});
  auto recording = rig.begin(rig.plan(), broadcast);
  const fs::path folder = spool_folder(rig.spool(), recording->id());
  std::uintmax_t journal = 0;
  std::size_t files = 0;
  for (int i = 0; i < 720; ++i) {
    broadcast.play(*recording, 10);
    rig.now.monotonic += std::chrono::seconds(9);
    rig.run(*recording, std::chrono::seconds(1));
    journal = std::max(journal, fs::file_size(folder / "journal"));
    if (i % 10 != 0) continue;
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    files = std::max(files, count);
  }
  EXPECT_LT(journal, std::uintmax_t{2} << 20);
  EXPECT_LT(files, 40U);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(2));
  const Notice* ended = rig.told(Kind::kEnded);
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(ended->facts.duration, std::chrono::hours(2));
  const std::string* catalog = rig.object(catalog_key(recording->id()));
  EXPECT_LT(catalog->size(), 200'000U);
  const auto parsed = parse_catalog(base::as_bytes(*catalog));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->renditions[1].segments.size(), 720U);
  EXPECT_EQ(parsed->renditions[1].segments.back().position, 7190 * 90'000);
}

}  // namespace
}  // namespace record
