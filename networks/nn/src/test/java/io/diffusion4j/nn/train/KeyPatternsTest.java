package io.diffusion4j.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.nn.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPatternsTest {
  @ParameterizedTest
  @CsvSource({
    "to_q, down.0.to_q, true",
    "to_q, to_q, true",
    "to_q, down.0.auto_q, false",
    "to_q, down.0.to_q.bias, false",
    "down.*, down.0.to_q.bias, true",
    "down.*.bias, down.0.to_q.bias, true",
    "down.*.bias, down.0.to_q.weight, false",
    "*.bias, up.bias, true"
  })
  void aPatternFitsAKeyOrTheEndOfOne(String pattern, String key, boolean fits) {
    assertThat(KeyPatterns.of(pattern).matches(key)).isEqualTo(fits);
    assertThat(KeyPatterns.of("other, " + pattern).matches(key)).isEqualTo(fits);
    assertThat(KeyPatterns.NONE.matches(key)).isFalse();
  }

  @Test
  void aPatternThatSelectsNothingIsRefused() {
    var keys = List.of("down_blocks.0.bias", "up.bias");
    KeyPatterns.of("down_blocks.*,up.*").requireAll("freeze", keys);
    assertThatThrownBy(() -> KeyPatterns.of("up.*,down_block.*").requireAll("freeze", keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("freeze: down_block.* (expected: a pattern of parameters of the network)");
  }

  /** No engine is on the class path of this module. */
  @ParameterizedTest
  @ValueSource(strings = {"hiden.*", "hidden.*,bias.out"})
  void aTrainerRefusesSuchAPatternBeforeItPreparesAnEngine(String patterns) {
    var config = Tiny.config(1, Precision.FLOAT32);
    assertThatThrownBy(
            () -> new Trainer(Tiny.OBJECTIVE, config.withFrozen(KeyPatterns.of(patterns))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("freeze: ");
    assertThatThrownBy(
            () -> new Trainer(Tiny.OBJECTIVE, config.withFrozen(KeyPatterns.of("hidden.*"))))
        .hasMessageStartingWith("engine: none");
  }

  @Test
  void aBlankPatternIsRefused() {
    assertThatThrownBy(() -> KeyPatterns.of("to_q,")).hasMessage("pattern: '' (expected: a name)");
  }
}
