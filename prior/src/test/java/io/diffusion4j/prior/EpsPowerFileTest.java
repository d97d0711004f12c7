package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.diffusion.solver.EpsPower;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpsPowerFileTest {
  @Test
  void whatIsWrittenIsReadUntilOtherWeightsTakeItsPlace(@TempDir Path folder) {
    var power = new EpsPower(new TreeMap<>(Map.of(0, 0.125, 500, 0.75, 999, 1.0625)));
    assertThat(EpsPowerFile.read(folder)).isEmpty();
    assertThat(EpsPowerFile.write(folder, power)).exists();
    assertThat(EpsPowerFile.read(folder)).contains(power);
    EpsPowerFile.remove(folder);
    assertThat(EpsPowerFile.read(folder)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"timesteps\": [1], \"eps_power\": []}', eps_power: 0 values (expected: 1)",
    "'{}', epsPower: none (expected: at least one timestep)",
    "'{\"timesteps\": [1], \"eps_power\": [-1]}', 'epsPower: -1.0 at t = 1 (expected: ≥ 0 and"
        + " finite, t ≥ 0)'",
    "'{\"timesteps\": [1], \"eps_power\": [1], \"more\": 2}', unknown fields: more",
  })
  void whatIsWrongWithAFileIsSaid(String json, String message, @TempDir Path folder)
      throws IOException {
    Path file = EpsPowerFile.write(folder, new EpsPower(new TreeMap<>(Map.of(0, 1.0))));
    Files.writeString(file, json);
    assertThatThrownBy(() -> EpsPowerFile.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(file.toString());
  }
}
