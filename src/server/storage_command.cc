#include "server/storage_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/crypto.h"
#include "control/object_stores.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/object_store.h"
#include "server/cli_options.h"
#include "server/module_settings.h"

namespace server {
namespace {

using base::ErrorCode;
using io::ObjectStore;

constexpr std::uint64_t kPiece = std::uint64_t{4} << 20;
constexpr std::string_view kSmall = "Rostrum was here, to see whether it could be.";

/// The steps, one after the other; the first that fails ends them.
class StorageCheck {
 public:
  StorageCheck(ObjectStore& store, io::Loop& loop, std::string bucket, std::uint64_t size)
      : store_(store),
        loop_(loop),
        bucket_(std::move(bucket)),
        folder_("rostrum-check/" + base::to_hex(base::random_octets(6))),
        block_(base::random_octets(kPiece)),
        size_(size) {}

  CommandOutput run() {
    const bool is_fine =
        step("put an object", [this] { return put_small(); }) &&
        step("read it", [this] { return read_small(); }) &&
        step(fmt::format("put a file of {} octets", size_), [this] { return put_large(); }) &&
        step("read it in pieces", [this] { return read_large(); }) &&
        step("read behind its end", [this] { return read_behind(); }) &&
        step("list both", [this] { return list(); });
    // What was put goes, whatever went wrong.
    const bool is_clean = step("remove both", [this] { return remove(); });
    output_.exit_code = is_fine && is_clean ? 0 : 1;
    return std::move(output_);
  }

 private:
  using Done = base::Expected<void>;

  bool step(const std::string& what, const std::function<Done()>& work) {
    const auto start = io::Loop::precise_now();
    const Done done = work();
    const auto took =
        std::chrono::round<std::chrono::milliseconds>(io::Loop::precise_now() - start);
    if (done) {
      output_.output += fmt::format("{}: {} ms\n", what, took.count());
    } else {
      output_.errors += fmt::format("{}: {}\n", what, done.error().message);
    }
    return done.has_value();
  }
  template <class Result, class Begin>
  base::Expected<Result> wait(Begin begin) {
    std::optional<base::Expected<Result>> answer;
    const auto pending = begin([&](base::Expected<Result> result) { answer = std::move(result); });
    while (!answer) (void)loop_.run_once(std::chrono::seconds(1));
    return std::move(*answer);
  }
  static Done wrong(std::string what) { return base::fail(ErrorCode::kIo, std::move(what)); }

  io::ObjectName small() const { return {bucket_, folder_ + "/small"}; }
  io::ObjectName large() const { return {bucket_, folder_ + "/large"}; }
  // No two pieces of the file are alike.
  base::ByteSpan piece(std::uint64_t number) {
    const std::string mark = fmt::format("{:016}", number);
    std::ranges::copy(mark, block_.begin());
    return base::ByteSpan(block_).first(
        static_cast<std::size_t>(std::min(kPiece, size_ - number * kPiece)));
  }

  Done put_small() {
    return wait<void>([&](auto done) {
      return store_.put({.name = small(), .content = {base::Slice::unowned(kSmall)}},
                        std::move(done));
    });
  }
  base::Expected<base::Slice> get(io::GetObject object) {
    return wait<base::Slice>(
        [&](auto done) { return store_.get(std::move(object), std::move(done)); });
  }
  Done read_small() {
    const auto got = get({.name = small()});
    if (!got) return base::fail(got.error());
    if (got->text() != kSmall) return wrong("it is not what was put");
    return {};
  }
  Done put_large() {
    const auto folder = io::TemporaryDirectory::create();
    if (!folder) return base::fail(folder.error());
    const std::string path = folder->path() + "/file";
    std::ofstream file(path, std::ios::binary);
    for (std::uint64_t number = 0; number * kPiece < size_; ++number) {
      const std::string_view content = base::as_text(piece(number));
      file.write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    file.close();
    if (!file) return wrong("cannot write a temporary file");
    return wait<void>([&](auto done) {
      return store_.put_file({.name = large(), .path = path}, std::move(done));
    });
  }
  Done read_large() {
    const auto info =
        wait<io::ObjectInfo>([&](auto done) { return store_.head(large(), std::move(done)); });
    if (!info) return base::fail(info.error());
    if (info->size != size_) return wrong(fmt::format("it has {} octets", info->size));
    for (std::uint64_t number = 0; number * kPiece < size_; ++number) {
      const auto got =
          get({.name = large(), .offset = number * kPiece, .length = kPiece, .max_size = kPiece});
      if (!got) return base::fail(got.error());
      if (!std::ranges::equal(got->span(), piece(number))) {
        return wrong(fmt::format("piece {} is not what was put", number));
      }
    }
    return {};
  }
  Done read_behind() {
    const auto got = get({.name = large(), .offset = size_, .length = 1});
    if (!got) return base::fail(got.error());
    return got->empty() ? Done() : wrong("there is something");
  }
  Done list() {
    std::vector<std::string> found;
    io::ListObjects which{.bucket = bucket_, .prefix = folder_ + "/", .limit = 1};
    do {
      auto page =
          wait<io::ObjectPage>([&](auto done) { return store_.list(which, std::move(done)); });
      if (!page) return base::fail(std::move(page.error()));
      for (const io::ObjectInfo& object : page->objects) {
        found.push_back(fmt::format("{}: {}", object.key, object.size));
      }
      which.after = page->next;
    } while (!which.after.empty() && found.size() < 10);
    const std::vector<std::string> expected = {fmt::format("{}: {}", large().key, size_),
                                               fmt::format("{}: {}", small().key, kSmall.size())};
    if (found != expected) return wrong(fmt::format("found {}", fmt::join(found, ", ")));
    return {};
  }
  Done remove() {
    for (const io::ObjectName& name : {small(), large()}) {
      auto removed = wait<void>([&](auto done) { return store_.remove(name, std::move(done)); });
      if (!removed) return removed;
      const auto got = get({.name = name, .length = 1});
      if (got || got.error().code != ErrorCode::kNotFound) return wrong("it is still there");
    }
    return {};
  }

  ObjectStore& store_;
  io::Loop& loop_;
  const std::string bucket_;
  const std::string folder_;
  base::Bytes block_;
  const std::uint64_t size_;
  CommandOutput output_;
};

}  // namespace

CommandOutput check_storage(const ConfigArguments& arguments, const std::string& bucket,
                            std::uint64_t size) {
  const auto loaded = read_config(arguments);
  if (!loaded) {
    CommandOutput output{.exit_code = 2};
    for (const base::Error& error : loaded.error()) output.errors += error.message + "\n";
    return output;
  }
  io::Loop loop;
  auto store = control::open_object_store(loop, control_settings(loaded->config).objects);
  if (!store) return {.exit_code = 2, .errors = "storage: " + store.error().message + "\n"};
  return StorageCheck(**store, loop, bucket, size).run();
}

void add_storage_command(CLI::App& app, ConfigArguments& arguments, int& exit_code) {
  struct Given {
    std::string bucket;
    std::uint64_t mebibytes = 20;
  };
  // The callback runs after this function; it owns what the options are written to.
  const auto given = std::make_shared<Given>();
  CLI::App& command = *app.add_subcommand("storage", "Look at the store of recordings and logs");
  command.require_subcommand(1);
  CLI::App& check = *command.add_subcommand(
      "check", "Put, read, list and remove objects, as recordings do, and say what fails");
  add_config_options(check, arguments);
  check.add_option("bucket", given->bucket, "Where, as in the recording configuration")->required();
  check.add_option("--size", given->mebibytes, "Of the file, in MiB; above 16 it goes in parts")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  check.callback([given, &arguments, &exit_code] {
    exit_code = print(check_storage(arguments, given->bucket, given->mebibytes << 20));
  });
}

}  // namespace server
