package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.pipeline.Parts.Slot;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartsTest {
  private final List<String> log = new CopyOnWriteArrayList<>(); // parts open side by side

  private Slot<String> slot(Parts parts, String name) {
    return parts.add(
        name,
        resources -> {
          log.add("open " + name);
          resources.add((AutoCloseable) () -> log.add("close " + name));
          return name;
        });
  }

  @Test
  void oneAtATimeIsOpenedAtItsFirstUseAndClosedByTheNext() {
    try (var parts = new Parts(Residency.ONE_AT_A_TIME)) {
      var a = slot(parts, "a");
      var b = slot(parts, "b");
      assertThat(log).isEmpty();
      assertThat(a.<Integer>use(String::length)).isEqualTo(1);
      assertThat(a.<String>use(s -> s + s)).isEqualTo("aa");
      assertThat(b.<String>use(s -> s)).isEqualTo("b");
      assertThat(a.<String>use(s -> s)).isEqualTo("a");
      assertThat(log).containsExactly("open a", "close a", "open b", "close b", "open a");
    }
    assertThat(log).endsWith("close a");
  }

  @Test
  void aPartInUseStaysOpenWhileItsUserUsesAnother() {
    try (var parts = new Parts(Residency.ONE_AT_A_TIME)) {
      var a = slot(parts, "a");
      var b = slot(parts, "b");
      assertThat(a.<String>use(first -> first + b.<String>use(second -> second))).isEqualTo("ab");
      assertThat(log).containsExactly("open a", "open b");
      assertThat(b.<String>use(s -> s)).isEqualTo("b");
      assertThat(slot(parts, "c").<String>use(s -> s)).isEqualTo("c");
      assertThat(log.subList(2, log.size()))
          .containsExactlyInAnyOrder("close a", "close b", "open c");
    }
  }

  @Test
  void whatIsAlwaysResidentIsOpenedOnceAndClosedAtTheEndTheNewestFirst() {
    try (var parts = new Parts(Residency.ALWAYS)) {
      var a = slot(parts, "a");
      var b = slot(parts, "b");
      assertThat(parts.openAll()).isEmpty();
      assertThat(b.<String>use(s -> s) + a.<String>use(s -> s)).isEqualTo("ba");
      assertThat(log).containsExactlyInAnyOrder("open a", "open b");
    }
    assertThat(log.subList(2, log.size())).containsExactly("close b", "close a");
  }

  @Test
  void aPartOnDemandIsOpenedWhenItIsUsedFirstAndThenStays() {
    var parts = new Parts(Residency.ALWAYS);
    slot(parts, "a");
    var b =
        parts.addOnDemand(
            "b",
            resources -> {
              log.add("open b");
              resources.add((AutoCloseable) () -> log.add("close b"));
              return "b";
            });
    assertThat(parts.openAll()).isEmpty();
    assertThat(log).containsExactly("open a");
    assertThat(b.<String>use(s -> s) + b.<String>use(s -> s)).isEqualTo("bb");
    assertThat(log).containsExactly("open a", "open b");
    parts.close();
    assertThat(log).containsExactly("open a", "open b", "close b", "close a");
    assertThatIllegalStateException()
        .isThrownBy(() -> b.use(s -> s))
        .withMessageContaining("closed");
  }

  @Test
  void anErrorIsThrownAsItIs() {
    try (var parts = new Parts(Residency.ALWAYS)) {
      slot(parts, "a");
      var error = new NoClassDefFoundError("of a native library");
      parts.add(
          "b",
          resources -> {
            throw error;
          });
      assertThatThrownBy(parts::openAll).isSameAs(error);
    }
  }

  @Test
  void everyPartThatCannotBeOpenedIsReported() {
    try (var parts = new Parts(Residency.ALWAYS)) {
      for (String name : List.of("a", "b")) {
        parts.add(
            name,
            resources -> {
              resources.add((AutoCloseable) () -> log.add("close half of " + name));
              throw new CheckpointException(Path.of(name), "damaged");
            });
      }
      assertThat(parts.openAll())
          .extracting(Throwable::getMessage)
          .containsExactly("a: damaged", "b: damaged");
      assertThat(log).containsExactlyInAnyOrder("close half of a", "close half of b");
    }
  }

  @Test
  void aPartThatCouldNotBeOpenedIsTriedAgain() {
    boolean[] damaged = {true};
    try (var parts = new Parts(Residency.ONE_AT_A_TIME)) {
      var a =
          parts.add(
              "a",
              resources -> {
                if (damaged[0]) {
                  throw new CheckpointException(Path.of("a"), "damaged");
                }
                return "a";
              });
      assertThatThrownBy(() -> a.use(s -> s)).hasMessage("a: damaged");
      damaged[0] = false;
      assertThat(a.<String>use(s -> s)).isEqualTo("a");
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsUsedAfterTheEnd(Residency residency) {
    var parts = new Parts(residency);
    var a = slot(parts, "a");
    parts.openAll();
    parts.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> a.use(s -> s))
        .withMessageContaining("closed");
  }
}
