package io.diffusion4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.evaluation.judge.EvaluationModel;
import io.diffusion4j.evaluation.report.CaptionedFolder;
import io.diffusion4j.evaluation.report.HtmlReport;
import io.diffusion4j.evaluation.report.JsonReport;
import io.diffusion4j.evaluation.report.PairSheet;
import io.diffusion4j.evaluation.report.SweepPoint;
import io.diffusion4j.evaluation.report.TextReport;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that draws perfectly, since it draws the truth, and one that draws a grey wall. */
class EvaluationTest {
  private static final ConceptSet CONCEPTS = EmojiPreset.tiny().drawn().concepts();

  private static Path folder;
  private static EvaluationModel judge;
  private static Evaluation evaluation;
  private static PromptSet prompts;
  private static Result perfect;

  @BeforeAll
  static void measure(@TempDir Path temporary) {
    folder = temporary;
    Tiny.judge(folder.resolve("judge"), folder.resolve("state"), 3);
    judge = EvaluationModel.load(folder.resolve("judge"), Compute.of(Precision.FLOAT32));
    evaluation = new Evaluation(CONCEPTS, SceneMix.mostlyCentred(), Optional.of(judge), 1);
    prompts = PromptSet.of(CONCEPTS, SceneMix.mostlyCentred(), 64, 1);
    perfect = evaluation.measure(prompts, evaluation.real(prompts, 64));
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  private static Metric metric(Result result, String name) {
    return result.metrics().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void everyMetricIsThere() {
    assertThat(perfect.metrics())
        .extracting(Metric::name)
        .containsExactly(
            "background",
            "count",
            "size",
            "relation",
            "style",
            "retrieval r@1",
            "retrieval r@5",
            "retrieval r@1, distinct",
            "retrieval r@5, distinct",
            "fidelity, ssim",
            "fidelity, judge",
            "fréchet distance",
            "nearest training picture");
  }

  @Test
  void withoutAJudgeOnlyWhatPixelsTellIsMeasured() {
    var alone = new Evaluation(CONCEPTS, SceneMix.mostlyCentred(), Optional.empty(), 1);
    Result result = alone.measure(prompts, alone.real(prompts, 64));
    List<String> known =
        List.of(
            "background",
            "count",
            "size",
            "relation",
            "style",
            "fidelity, ssim",
            "nearest training picture");
    assertThat(result.metrics()).extracting(Metric::name).containsExactlyElementsOf(known);
    for (String name : known) {
      assertThat(metric(result, name)).isEqualTo(metric(perfect, name));
    }
  }

  @Test
  void theTruthReachesItsOwnCeiling() {
    for (Metric metric : perfect.metrics()) {
      if (metric.kind() == Metric.Kind.SIMILARITY) { // the ceiling is the truth moved
        assertThat(metric.generated().value()).as(metric.name()).isCloseTo(1, within(1e-6));
        assertThat(metric.generated().value()).isGreaterThan(metric.ceiling().value());
      } else if (metric.kind() != Metric.Kind.NOVELTY) {
        assertThat(metric.generated()).as(metric.name()).isEqualTo(metric.ceiling());
      }
    }
    assertThat(metric(perfect, "background").generated().value()).isEqualTo(1);
    assertThat(metric(perfect, "style").generated().value()).isGreaterThan(0.9);
    assertThat(metric(perfect, "nearest training picture").seen().orElseThrow().value())
        .isLessThan(1e-6); // a picture that was trained on
    assertThat(metric(perfect, "nearest training picture").unseen().orElseThrow().value())
        .isGreaterThan(0.05); // a drawing that was not
  }

  @Test
  void shuffledCaptionsAreTheFloor() {
    for (String name : List.of("background", "count", "relation", "size", "style")) {
      Metric metric = metric(perfect, name);
      assertThat(metric.floor().orElseThrow().value())
          .as(name)
          .isLessThan(metric.generated().value());
    }
  }

  @Test
  void aMovedDrawingIsMoreLikeTheTruthThanAnotherConcept() {
    for (String name : List.of("fidelity, ssim", "fidelity, judge")) {
      Metric metric = metric(perfect, name);
      assertThat(metric.ceiling().value())
          .as(name)
          .isGreaterThan(metric.floor().orElseThrow().value());
    }
  }

  @Test
  void aWallIsFoundOut() {
    float[] grey = new float[3 * 64 * 64];
    List<Image> wall =
        java.util.stream.IntStream.range(0, 64).mapToObj(i -> new Image(64, 64, grey)).toList();
    Result result = evaluation.measure(prompts, wall);
    for (String name : List.of("count", "relation")) {
      assertThat(metric(result, name).generated().value()).isZero();
      assertThat(metric(result, name).ceiling()).isEqualTo(metric(perfect, name).ceiling());
    }
    assertThat(metric(result, "background").generated().value()).isLessThan(0.3);
    Metric fidelity = metric(result, "fidelity, ssim");
    assertThat(fidelity.generated().value()).isLessThan(fidelity.floor().orElseThrow().value());
    Metric frechet = metric(result, "fréchet distance");
    assertThat(frechet.generated().value()).isGreaterThan(frechet.ceiling().value());
  }

  @Test
  void aSheetShowsRealPicturesAboveWhatWasDrawnForThem() {
    float[] grey = new float[3 * 64 * 64];
    var walls = Collections.nCopies(64, new Image(64, 64, grey));
    Image sheet = PairSheet.of(evaluation.measure(prompts, walls));
    assertThat(sheet.width()).isEqualTo(8 * 64);
    assertThat(sheet.height()).isEqualTo(2 * 3 * 64); // 24 of the 32 that were never trained on
    Image first = perfect.real().get(1); // prompts that were seen and that were not take turns
    assertThat(prompts.prompts().get(1).isSeen()).isFalse();
    for (int x = 0; x < 64; x++) {
      assertThat(sheet.pixels()[3 * x]).isEqualTo(first.pixels()[3 * x]);
      assertThat(sheet.pixels()[3 * (64 * sheet.width() + x)]).isZero();
    }
  }

  @Test
  void theNearestPairsOfTrainedDrawingsAreEqual() {
    var pairs = evaluation.nearestPairs(perfect, PairSheet.PAIRS);
    Image sheet = PairSheet.of(pairs.generated(), pairs.training());
    assertThat(sheet.width()).isEqualTo(8 * 64);
    int row = 3 * 64 * sheet.width();
    for (int pair = 0; pair < sheet.height() / 128; pair++) {
      assertThat(Arrays.copyOfRange(sheet.pixels(), 2 * pair * row, (2 * pair + 1) * row))
          .isEqualTo(
              Arrays.copyOfRange(sheet.pixels(), (2 * pair + 1) * row, (2 * pair + 2) * row));
    }
  }

  @Test
  void reportsCanBeReadAndMeasuredAgain() throws IOException {
    Path report = folder.resolve("report");
    HtmlReport.write(report, Map.of("model", "<the truth> & more"), perfect);
    String page = Files.readString(report.resolve("index.html"));
    assertThat(page)
        .contains("&lt;the truth&gt; &amp; more", "generated-0001.png", "real-0064.png", "100.0 %")
        .doesNotContain("<the truth>", "{rows}", "{sheets}");
    assertThat(report.resolve("generated-0064.png")).exists();

    var again = CaptionedFolder.read(report);
    assertThat(again.prompts()).isEqualTo(prompts);
    Result measured = evaluation.measure(again.prompts(), again.images());
    for (String name : List.of("background", "count", "size", "relation")) {
      assertThat(metric(measured, name)).isEqualTo(metric(perfect, name));
    }
  }

  @Test
  void theJsonHasAnObjectForEachMetric() throws IOException {
    Path file = folder.resolve("quality.json");
    JsonReport.write(file, Map.of("seed", 1L), perfect.metrics());
    Set<String> fields = new TreeSet<>();
    String text = Files.readString(file);
    try (var json = new JsonFactory().createParser(text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          fields.add(json.currentName());
        }
      }
    }
    assertThat(fields)
        .contains("seed", "metrics", "background", "retrieval r@1")
        .contains(
            "generated",
            "ceiling",
            "of_ceiling",
            "floor",
            "interval",
            "seen",
            "unseen",
            "pictures");
  }

  @Test
  void aSweepHasALineForEachPoint() {
    var points =
        List.of(
            new SweepPoint(Map.of("steps", "5"), perfect.metrics()),
            new SweepPoint(Map.of("steps", "50"), perfect.metrics()));
    List<String> lines = TextReport.sweep(points);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("steps  background");
    assertThat(lines.get(2)).startsWith("50").contains("100.0 %");
    assertThat(lines.stream().map(String::length).distinct()).hasSize(1);
  }

  @Test
  void theTableHasALineForEachMetric() {
    List<String> lines = TextReport.lines(perfect.metrics());
    assertThat(lines).hasSize(1 + perfect.metrics().size());
    assertThat(lines.get(0)).startsWith("metric ").endsWith("pictures");
    assertThat(lines.get(1)).startsWith("background ").contains("100.0 %").endsWith(" 64");
    assertThat(lines.stream().map(String::length).distinct()).hasSize(1);
  }

  @Test
  void picturesThatDoNotFitAreRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.measure(prompts, perfect.generated().subList(0, 3)))
        .withMessage("pictures: 3 (expected: 64)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CaptionedFolder.read(folder.resolve("nowhere")))
        .withMessageContaining("(expected: a folder with captions.tsv)");
    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.writeString(broken.resolve("captions.tsv"), "a.png an owl\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CaptionedFolder.read(broken))
        .withMessageContaining("\"a.png an owl\" (expected: a file, a tab and a caption)");
  }
}
