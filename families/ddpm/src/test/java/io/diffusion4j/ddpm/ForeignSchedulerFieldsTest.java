package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SchedulerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file keeps the fields of the class that wrote it when another class is loaded from it. */
class ForeignSchedulerFieldsTest {
  /** Those of DPM-Solver and Euler, as diffusers writes them. */
  private static final String OF_OTHERS =
      """
      "algorithm_type": "dpmsolver++", "final_sigmas_type": "zero", "lambda_min_clipped": -Infinity,
      "interpolation_type": "linear", "use_karras_sigmas": true, "sigma_max": null,
      "skip_prk_steps": true, "solver_order": 2, "timestep_type": "discrete", "flow_shift": 1.0\
      """;

  private Path file = Path.of("");

  @BeforeEach
  void useFolder(@TempDir Path folder) {
    file = folder.resolve("scheduler_config.json");
  }

  private void write(String name, String more) throws IOException {
    Files.writeString(file, "{\"_class_name\": \"" + name + "\", " + more + "}");
  }

  @Test
  void fieldsOfOtherSchedulersAreIgnored() throws IOException {
    for (String name : new String[] {"DDPMScheduler", "DDIMScheduler"}) {
      write(name, "\"beta_end\": 0.02");
      SchedulerConfig own = SchedulerConfig.read(file);
      write(name, OF_OTHERS);
      assertThat(SchedulerConfig.read(file)).isEqualTo(own);
    }
    write("UnCLIPScheduler", OF_OTHERS + ", \"beta_start\": 0.1, \"steps_offset\": 1");
    assertThat(SchedulerConfig.readUnclip(file)).isEqualTo(SchedulerConfig.unclipUpsampler());
  }

  @Test
  void othersAreRefusedByName() throws IOException {
    write("DDPMScheduler", "\"solver_order\": 2, \"new_thing\": 1");
    assertThatThrownBy(() -> SchedulerConfig.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": unknown fields: new_thing");
  }
}
