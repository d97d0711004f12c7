package io.diffusion4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.TrainingPlugins;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ScheduleOptionsTest {
  private static TrainingConfig lasting(long steps, String... arguments) {
    var options = CommandLine.populateCommand(new ScheduleOptions(), arguments);
    var preset = TrainingConfig.of(1000, 4, 1e-3, 1);
    return options.lasting(steps, options.of(preset, OptionalLong.empty(), TrainingPlugins.NONE));
  }

  @Test
  void theDecayOutlastsALengthThatIsChosenLater() {
    assertThat(lasting(200, "--schedule", "wsd").constantUntil()).isEqualTo(180);
    assertThat(lasting(200, "--decay", "50").constantUntil()).isEqualTo(150);
    assertThat(lasting(200).constantUntil()).as("after the warm-up").isEqualTo(20);
  }
}
