// How a C++ type becomes a row and back.
//
//   struct Quake { std::string net; EventTime time; double mag = 0; };
//   LEAT_ROW(Quake, net, time, mag)
//
// names the fields once, in their order; the macro stands behind the struct, in its namespace.
// Fields may be bool, integers up to 64 bits, double, EventTime, std::string, and std::vector,
// std::optional, std::map and std::variant of these. A stream may also carry one such value without
// a struct: a row of one field, "value".
//
// Decoding is the inverse of encoding; check_round_trip() says so where rows enter a job.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "core/data/row_batch.h"
#include "core/data/schema.h"

namespace leat {

// ---- one value ----
template <class T>
struct FieldCodec;

template <>
struct FieldCodec<bool> {
  static constexpr ValueType kType = ValueType::kBool;
  static Value encode(bool v) { return Value::boolean(v); }
  static bool decode(const Value& v) { return v.as_bool(); }
};
template <std::signed_integral T>
struct FieldCodec<T> {
  static constexpr ValueType kType = ValueType::kInt;
  static Value encode(T v) { return Value::integer(v); }
  static T decode(const Value& v) {
    const int64_t wide = v.as_int();
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
      throw JobError("an integer does not fit into the field of a struct");
    }
    return static_cast<T>(wide);
  }
};
template <>
struct FieldCodec<double> {
  static constexpr ValueType kType = ValueType::kDouble;
  static Value encode(double v) { return Value::number(v); }
  static double decode(const Value& v) { return v.as_double(); }
};
template <>
struct FieldCodec<EventTime> {
  static constexpr ValueType kType = ValueType::kTime;
  static Value encode(EventTime v) { return Value::time(v.ms); }
  static EventTime decode(const Value& v) { return {v.as_int()}; }
};
template <>
struct FieldCodec<std::string> {
  static constexpr ValueType kType = ValueType::kString;
  static Value encode(const std::string& v) { return Value::text(v); }
  static std::string decode(const Value& v) { return std::string(v.as_text()); }
};
template <class T>
struct FieldCodec<std::optional<T>> {
  static constexpr ValueType kType = FieldCodec<T>::kType;
  static Value encode(const std::optional<T>& v) {
    return v ? FieldCodec<T>::encode(*v) : Value::null();
  }
  static std::optional<T> decode(const Value& v) {
    return v.is_null() ? std::nullopt : std::optional<T>(FieldCodec<T>::decode(v));
  }
};
template <class T>
struct FieldCodec<std::vector<T>> {
  static constexpr ValueType kType = ValueType::kList;
  static Value encode(const std::vector<T>& v) {
    std::vector<Value> items;
    items.reserve(v.size());
    for (const T& item : v) items.push_back(FieldCodec<T>::encode(item));
    return Value::list(std::move(items));
  }
  static std::vector<T> decode(const Value& v) {
    std::vector<T> items;
    for (const Value& item : v.as_list()) items.push_back(FieldCodec<T>::decode(item));
    return items;
  }
};

template <class K, class V>
struct FieldCodec<std::map<K, V>> {
  static constexpr ValueType kType = ValueType::kMap;
  static Value encode(const std::map<K, V>& v) {
    std::vector<Value::MapEntry> entries;
    entries.reserve(v.size());
    for (const auto& [key, value] : v)
      entries.emplace_back(FieldCodec<K>::encode(key), FieldCodec<V>::encode(value));
    return Value::map(std::move(entries));
  }
  static std::map<K, V> decode(const Value& v) {
    std::map<K, V> map;
    for (const auto& [key, value] : v.as_map())
      map.emplace(FieldCodec<K>::decode(key), FieldCodec<V>::decode(value));
    return map;
  }
};
// A field of mixed types: each alternative is known by the type of its value, so no two of them may
// have one type.
template <class... T>
struct FieldCodec<std::variant<T...>> {
  static constexpr ValueType kType = ValueType::kNull;  // the schema says nothing
  static Value encode(const std::variant<T...>& v) {
    return std::visit([]<class A>(const A& a) { return FieldCodec<A>::encode(a); }, v);
  }
  static std::variant<T...> decode(const Value& v) {
    std::optional<std::variant<T...>> made;
    (take<T>(v, made), ...);
    if (!made) throw JobError("a value is of none of the types that its field may have");
    return *made;
  }

 private:
  template <class A>
  static void take(const Value& v, std::optional<std::variant<T...>>& made) {
    if (!made && v.type() == FieldCodec<A>::kType) made.emplace(FieldCodec<A>::decode(v));
  }
};

template <class T>
concept FieldType = requires { FieldCodec<T>::kType; };

// ---- structs ----
template <class Struct, class Member>
struct RowField {
  const char* name;
  Member Struct::* member;
};
template <class Struct, class Member>
constexpr RowField<Struct, Member> row_field(const char* name, Member Struct::* member) {
  return {name, member};
}

// Found by the type's namespace: what LEAT_ROW defines.
template <class T>
concept RowStruct = requires(const T* t) { leat_row_fields(t); };

template <class T>
concept RowType = RowStruct<T> || FieldType<T>;

template <class T>
struct RowCodec;

template <FieldType T>
struct RowCodec<T> {
  static constexpr uint32_t kWidth = 1;
  static Schema schema() { return {{{"value", FieldCodec<T>::kType}}}; }
  static void encode(const T& v, std::span<Value> out) { out[0] = FieldCodec<T>::encode(v); }
  static T decode(RowView row) { return FieldCodec<T>::decode(row[0]); }
};

template <class T>
  requires(RowStruct<T> && !FieldType<T>)
struct RowCodec<T> {
  static constexpr auto kFields = leat_row_fields(static_cast<const T*>(nullptr));
  static constexpr uint32_t kWidth = std::tuple_size_v<std::remove_cvref_t<decltype(kFields)>>;

  static Schema schema() {
    Schema schema;
    each([&]<class Member>(size_t, const RowField<T, Member>& field) {
      schema.fields.push_back({field.name, FieldCodec<Member>::kType});
    });
    return schema;
  }
  static void encode(const T& v, std::span<Value> out) {
    each([&]<class Member>(size_t i, const RowField<T, Member>& field) {
      out[i] = FieldCodec<Member>::encode(v.*field.member);
    });
  }
  static T decode(RowView row) {
    T v{};
    each([&]<class Member>(size_t i, const RowField<T, Member>& field) {
      v.*field.member = FieldCodec<Member>::decode(row[i]);
    });
    return v;
  }
  // Which field a pointer to a member names.
  template <class Wanted>
  static std::optional<uint32_t> index_of(Wanted T::* wanted) {
    std::optional<uint32_t> index;
    each([&]<class Member>(size_t i, const RowField<T, Member>& field) {
      if constexpr (std::is_same_v<Member, Wanted>) {
        if (field.member == wanted) index = static_cast<uint32_t>(i);
      }
    });
    return index;
  }

 private:
  template <class F>
  static void each(F&& f) {
    [&]<size_t... I>(std::index_sequence<I...>) {
      (f(I, std::get<I>(kFields)), ...);
    }(std::make_index_sequence<kWidth>());
  }
};

template <RowType T>
std::array<Value, RowCodec<T>::kWidth> row_of(const T& v) {
  std::array<Value, RowCodec<T>::kWidth> row;
  RowCodec<T>::encode(v, row);
  return row;
}

// One value that holds a T: a field as it is, a struct as the list of its fields.
template <RowType T>
struct ValueCodec {
  static Value encode(const T& v) {
    if constexpr (FieldType<T>) {
      return FieldCodec<T>::encode(v);
    } else {
      std::vector<Value> fields(RowCodec<T>::kWidth);
      RowCodec<T>::encode(v, fields);
      return Value::list(std::move(fields));
    }
  }
  static T decode(const Value& v) {
    if constexpr (FieldType<T>) {
      return FieldCodec<T>::decode(v);
    } else {
      return RowCodec<T>::decode(v.as_list());
    }
  }
};

// Encodes, decodes and encodes again.
template <RowType T>
void check_round_trip(const T& v) {
  const auto once = row_of(v);
  check(once == row_of(RowCodec<T>::decode(once)),
        "a struct does not come back from its row as it went in");
}

}  // namespace leat

#define LEAT_PARENS ()
#define LEAT_EXPAND(...) LEAT_EXPAND3(LEAT_EXPAND3(LEAT_EXPAND3(__VA_ARGS__)))
#define LEAT_EXPAND3(...) LEAT_EXPAND2(LEAT_EXPAND2(LEAT_EXPAND2(__VA_ARGS__)))
#define LEAT_EXPAND2(...) LEAT_EXPAND1(LEAT_EXPAND1(LEAT_EXPAND1(__VA_ARGS__)))
#define LEAT_EXPAND1(...) __VA_ARGS__
#define LEAT_ROW_FIELDS(Struct, field, ...) \
  ::leat::row_field(#field, &Struct::field) \
      __VA_OPT__(, LEAT_ROW_AGAIN LEAT_PARENS(Struct, __VA_ARGS__))
#define LEAT_ROW_AGAIN() LEAT_ROW_FIELDS
#define LEAT_ROW(Struct, ...)                                             \
  [[maybe_unused]] constexpr auto leat_row_fields(const Struct*) {        \
    return std::tuple{LEAT_EXPAND(LEAT_ROW_FIELDS(Struct, __VA_ARGS__))}; \
  }
