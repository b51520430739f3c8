// A streamer's own catalogue: written by hand, or brought from a spreadsheet.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "app/channels/assets.h"
#include "app/products/product_keeper.h"

namespace app::products {
namespace {

namespace json = boost::json;

constexpr std::size_t kOfPage = 50;
constexpr std::size_t kMaxFailed = 500;  // lines that are told
constexpr std::size_t kBatch = 250;      // lines of one transaction
constexpr std::size_t kMaxPicture = 2 << 20;

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number <= 0) {
    return std::nullopt;
  }
  return number;
}

std::string kind_of(std::int64_t number) {
  return fmt::format("product-{}", number);
}

std::unexpected<Refusal> missing() {
  return not_found("There is no such product.");
}

std::unexpected<Refusal> refused(const base::Error& error) {
  if (error.code == base::ErrorCode::kConflict) {
    return refuse(409, "Exists", "You have a product of that title or number already.", "title");
  }
  return broken(error);
}

std::unexpected<Refusal> full() {
  return refuse(
      409, "TooMany",
      fmt::format("A catalogue may have {} products. Remove some first.", catalogue::kMaxProducts));
}

// The product that the path names, of the one who asks.
Outcome<Product> named(Call& call) {
  const auto number = number_from(call.capture("id"));
  if (!number) return missing();
  auto found = catalogue::find(call.sql, call.me().id, *number);
  if (!found) return broken(found.error());
  if (!*found) return missing();
  return std::move(**found);
}

Outcome<ProductText> given(Call& call, const Product* before) {
  ProductText text{.title = call.text("title"),
                   .price = call.text("price"),
                   .image_url = call.text("imageUrl"),
                   .description = call.text("description"),
                   .url = call.text("url"),
                   .sku = call.text("sku")};
  // The address of an uploaded picture comes back as it was shown.
  const bool keeps_picture = before != nullptr && before->has_picture &&
                             text.image_url == call.site_url() + before->text.image_url;
  if (keeps_picture) text.image_url.clear();
  auto fits = checked(std::move(text));
  if (fits && keeps_picture) fits->image_url = before->text.image_url;
  return fits;
}

struct Line {
  std::size_t number = 0;
  ProductText text;
};

// What a table holds, line by line; what cannot be used is told in `failed`.
Outcome<std::vector<Line>> lines_of(std::string_view table, json::array& failed,
                                    std::size_t& failed_count) {
  CsvReader reader(table);
  const auto header = reader.next();
  if (!header) return invalid("body", "The table is empty.");
  auto columns = ProductColumns::read(*header);
  if (!columns) return std::unexpected(std::move(columns.error()));
  std::vector<Line> lines;
  std::int64_t rows = 0;
  while (const auto row = reader.next()) {
    if (++rows > catalogue::kMaxProducts) {
      return refuse(413, "TooLarge",
                    fmt::format("The table may have {} lines.", catalogue::kMaxProducts));
    }
    auto product = columns->product_of(*row);
    if (product) {
      lines.push_back({row->line, std::move(*product)});
    } else if (++failed_count <= kMaxFailed) {
      failed.push_back(json::object{{"line", row->line}, {"message", product.error().message}});
    }
  }
  return lines;
}

}  // namespace

json::object shown(const Call& call, const Product& product) {
  const ProductText& text = product.text;
  json::object object{
      {"id", std::to_string(product.number)},
      {"title", text.title},
      {"price", text.price},
      {"imageUrl",
       text.image_url.starts_with('/') ? call.site_url() + text.image_url : text.image_url}};
  if (!text.description.empty()) object["description"] = text.description;
  if (!text.url.empty()) object["url"] = text.url;
  if (!text.sku.empty()) object["sku"] = text.sku;
  return object;
}

Outcome<Answer> list(Call& call) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (call.has("after")) {
    const auto place = number_from(call.text("after"));
    if (!place) return invalid("after", "\"after\" is not one that this list gave.");
    before = *place;
  }
  auto found = catalogue::list(call.sql, call.me().id, before, kOfPage);
  if (!found) return broken(found.error());
  json::array items;
  for (const Product& product : *found) items.push_back(shown(call, product));
  json::object answer{{"items", std::move(items)}};
  if (found->size() == kOfPage) answer["next"] = std::to_string(found->back().number);
  return Answer(std::move(answer));
}

Outcome<Answer> add(Call& call) {
  auto text = given(call, nullptr);
  if (!text) return std::unexpected(std::move(text.error()));
  Product made{.number = 0, .text = std::move(*text), .has_picture = false};
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto count = catalogue::count(sql, call.me().id);
    if (!count) return broken(count.error());
    if (*count >= catalogue::kMaxProducts) return full();
    auto number = catalogue::add(sql, call.me().id, made.text, call.now);
    if (!number) return refused(number.error());
    made.number = *number;
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  Answer answer(shown(call, made));
  answer.status = 201;
  return answer;
}

Outcome<Answer> change(Call& call) {
  auto before = named(call);
  if (!before) return std::unexpected(std::move(before.error()));
  auto text = given(call, &*before);
  if (!text) return std::unexpected(std::move(text.error()));
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto changed = catalogue::change(sql, call.me().id, before->number, *text);
    if (!changed) return refused(changed.error());
    if (!*changed) return missing();
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  const bool keeps_picture = before->has_picture && before->text.image_url == text->image_url;
  if (before->has_picture && !keeps_picture) {
    auto removed = call.parts.assets->remove(call, call.me().id, kind_of(before->number));
    if (!removed) return std::unexpected(std::move(removed.error()));
  }
  return Answer(shown(
      call, {.number = before->number, .text = std::move(*text), .has_picture = keeps_picture}));
}

Outcome<Answer> remove(Call& call) {
  auto before = named(call);
  if (!before) return std::unexpected(std::move(before.error()));
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto gone = catalogue::drop(sql, call.me().id, before->number);
    if (!gone) return broken(gone.error());
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (before->has_picture) {
    auto removed = call.parts.assets->remove(call, call.me().id, kind_of(before->number));
    if (!removed) return std::unexpected(std::move(removed.error()));
  }
  return Answer::nothing();
}

Outcome<Answer> remove_all(Call& call) {
  auto pictures = catalogue::with_pictures(call.sql, call.me().id);
  if (!pictures) return broken(pictures.error());
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto gone = catalogue::drop(sql, call.me().id, 0);
    if (!gone) return broken(gone.error());
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  for (const std::int64_t number : *pictures) {
    auto removed = call.parts.assets->remove(call, call.me().id, kind_of(number));
    if (!removed) return std::unexpected(std::move(removed.error()));
  }
  return Answer::nothing();
}

Outcome<Answer> put_image(Call& call) {
  auto product = named(call);
  if (!product) return std::unexpected(std::move(product.error()));
  auto kept = call.parts.assets->keep_picture(
      call, call.me().id, kind_of(product->number), call.request.http.body.span(),
      {.max_octets = kMaxPicture, .width = 600, .height = 600});
  if (!kept) return std::unexpected(std::move(kept.error()));
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto set = catalogue::set_picture(sql, call.me().id, product->number, kept->url);
    if (!set) return broken(set.error());
    if (!*set) return missing();
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  product->text.image_url = kept->url;
  return Answer(shown(call, *product));
}

Outcome<Answer> import(Call& call) {
  json::array failed;
  std::size_t failed_count = 0;
  auto lines = lines_of(base::as_text(call.request.http.body.span()), failed, failed_count);
  if (!lines) return std::unexpected(std::move(lines.error()));
  std::int64_t imported = 0;
  std::int64_t updated = 0;
  for (std::size_t begin = 0; begin < lines->size(); begin += kBatch) {
    const std::size_t end = std::min(begin + kBatch, lines->size());
    std::int64_t added = 0;
    std::int64_t changed = 0;
    std::vector<std::size_t> too_many;
    auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
      added = changed = 0;
      too_many.clear();
      auto count = catalogue::count(sql, call.me().id);
      if (!count) return broken(count.error());
      for (std::size_t i = begin; i < end; ++i) {
        const Line& line = (*lines)[i];
        if (*count + added >= catalogue::kMaxProducts) {
          auto there = catalogue::has(sql, call.me().id, line.text);
          if (!there) return broken(there.error());
          if (!*there) {
            too_many.push_back(line.number);
            continue;
          }
        }
        auto was_there = catalogue::put(sql, call.me().id, line.text, call.now);
        if (!was_there) return refused(was_there.error());
        ++(*was_there ? changed : added);
      }
      return {};
    });
    if (!written) return std::unexpected(std::move(written.error()));
    imported += added;
    updated += changed;
    for (const std::size_t line : too_many) {
      if (++failed_count > kMaxFailed) continue;
      failed.push_back(json::object{{"line", line}, {"message", full().error().message}});
    }
  }
  return Answer(json::object{{"imported", imported},
                             {"updated", updated},
                             {"failed", std::move(failed)},
                             {"failedCount", failed_count}});
}

}  // namespace app::products
