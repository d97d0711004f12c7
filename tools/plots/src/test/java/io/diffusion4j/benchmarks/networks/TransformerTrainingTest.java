package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TransformerTrainingTest {
  @Test
  void measuresThePriorAndBothTowersByTurnsOfTheOptimizers() {
    List<Row> rows = new ArrayList<>();
    var once = new RunCount(0, 1, Duration.ZERO);
    TransformerTraining.measure(Path.of("../../emoji/model"), once, 100, rows::add);
    assertThat(rows.stream().map(Row::name).distinct())
        .containsExactly(
            "training step of the prior",
            "training step of the prior, Muon",
            "training step of CLIP",
            "training step of CLIP, Muon");
    assertThat(rows)
        .hasSize(8)
        .allSatisfy(
            row -> {
              assertThat(row.figure(Figure.IMAGES_PER_SECOND).orElseThrow()).isPositive();
              assertThat(row.figure(Figure.FRACTION).orElseThrow()).isPositive();
            });
  }
}
