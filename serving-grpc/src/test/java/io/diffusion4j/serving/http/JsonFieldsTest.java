package io.diffusion4j.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonFieldsTest {
  private static JsonFields fields(String body) {
    return JsonFields.of(body, Check::refusal);
  }

  /** Every way to read a field. */
  static Stream<Consumer<JsonFields>> readers() {
    return Stream.of(
        fields -> assertThat(fields.text("x")).isEmpty(),
        fields -> assertThat(fields.integer("x", 1, 9)).isEmpty(),
        fields -> assertThat(fields.seed("x")).isEmpty(),
        fields -> assertThat(fields.number("x")).isEmpty(),
        fields -> assertThat(fields.flag("x", true)).isTrue(),
        fields -> assertThat(fields.object("x").json()).isEmpty(),
        fields -> assertThat(fields.list("x")).isEmpty(),
        fields -> assertThat(fields.texts("x", "names")).isEmpty(),
        fields -> assertThat(fields.pictures("x")).isEmpty(),
        fields -> assertThat(fields.picture("x")).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("readers")
  void nullIsAbsent(Consumer<JsonFields> reader) {
    reader.accept(fields("{}"));
    reader.accept(fields("{\"x\": null}"));
  }

  @ParameterizedTest
  @MethodSource("readers")
  void anotherTypeIsRefused(Consumer<JsonFields> reader) {
    long refused =
        Stream.of("\"\\u0001\"", "1.5", "[[]]", "{\"y\": 1}", "-7", "true")
            .filter(
                value -> {
                  try {
                    reader.accept(fields("{\"x\": " + value + "}"));
                    return false;
                  } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageStartingWith("x: ").hasMessageContaining("expected: ");
                    return true;
                  } catch (AssertionError e) {
                    return false; // the value fits
                  }
                })
            .count();
    assertThat(refused).isGreaterThanOrEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{} {}", "{\"x\": 1, \"x\": 2}"})
  void aBodyIsOneObject(String body) {
    assertThatThrownBy(() -> fields(body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("body: ")
        .hasMessageEndingWith(" (expected: an object in JSON)");
  }

  @Test
  void rangesIncludeTheirEnds() {
    JsonFields fields = fields("{\"low\": 1, \"high\": 9, \"over\": 10, \"any\": -1}");
    assertThat(List.of("low", "high"))
        .allSatisfy(name -> assertThat(fields.integer(name, 1, 9)).isPresent());
    assertThatThrownBy(() -> fields.integer("over", 1, 9))
        .hasMessage("over: \"10\" (expected: an integer from 1 to 9)");
    assertThatThrownBy(() -> fields.integer("any", 0, Integer.MAX_VALUE))
        .hasMessage("any: \"-1\" (expected: an integer of at least 0)");
    assertThat(fields.seed("any")).isEmpty();
  }
}
