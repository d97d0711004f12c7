package io.diffusion4j.plots.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.base.Splitter;
import io.diffusion4j.cli.Run;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.plots.Axis;
import io.diffusion4j.plots.Chart;
import io.diffusion4j.plots.ChartSeries;
import io.diffusion4j.plots.command.PlotCommand.TrainingChart;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules and plans are plotted, and impossible plots are refused in one line. */
final class PlotTest {
  private final Path folder;

  PlotTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Run run(String line, String... more) {
    return Run.of(
        Stream.concat(Splitter.on(' ').splitToStream(line), Stream.of(more))
            .toArray(String[]::new));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private byte[] drawn(String name, String line) throws IOException {
    Run run = run(line, "--output", file(name).toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(file(name) + System.lineSeparator());
    return Files.readAllBytes(file(name));
  }

  private void assertRefused(String message, String line, Path output) {
    Run run = run(line, "--output", output.toString());
    assertThat(run.err()).isEqualTo("error: " + message + System.lineSeparator());
    assertThat(run.status()).isEqualTo(2);
    assertThat(output).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "plot schedules",
    "plot snr linear cosine --spacing unclip,trailing --steps 10 --title Compared",
    "plot plan ddim dpmpp-2m --schedule linear,cosine --steps 4",
    "plan heun --train-steps 100",
    "plot snr cosine --respacing fast27 --timesteps 999,500,0",
    "plot posterior --steps 1,401",
    "plot network ../../emoji/model",
    "plot network ../../emoji/model --part super_res_first",
    "plot bound cosine linear --title Weights",
  })
  void whatIsAskedForIsDrawnInEitherFormat(String line) throws IOException {
    assertThat(drawn("picture.png", line)).startsWith(0x89, 'P', 'N', 'G');
    assertThat(new String(drawn("picture.svg", line), UTF_8)).contains("<svg");
  }

  @Test
  void whatIsNamedIsWhatIsDrawn() throws IOException {
    byte[] linear = drawn("linear.png", "plot schedules linear");
    assertThat(drawn("again.png", "plot schedules linear")).isEqualTo(linear);
    assertThat(drawn("cosine.png", "plot schedules cosine")).isNotEqualTo(linear);
    assertThat(drawn("snr.png", "plot snr linear")).isNotEqualTo(linear);
    assertThat(drawn("title.png", "plot schedules linear --title Other")).isNotEqualTo(linear);
    assertThat(drawn("marks.png", "plot schedules linear --spacing ddim")).isNotEqualTo(linear);
  }

  @Test
  void aPlanIsPrintedAsATable() {
    var plan =
        new DdimSampler(0).plan(new CosineSchedule(1000), TimestepSpacings.UNCLIP.of(1000, 4));
    assertThat(run("plan --steps 4").out()).isEqualTo(plan.toString());
    assertThat(run("plot plan ddim --steps 4").out()).isEqualTo(plan.toString());
  }

  @Test
  void severalPlansAreTitledByWhatTellsThemApart() {
    var schedule = new LinearSchedule(1000);
    String unclip =
        new DdimSampler(0).plan(schedule, TimestepSpacings.UNCLIP.of(1000, 3)).toString();
    String trailing =
        new DdimSampler(0).plan(schedule, TimestepSpacings.TRAILING.of(1000, 3)).toString();
    Run run = run("plan ddim --schedule linear --spacing unclip,trailing --steps 3");
    assertThat(run.out())
        .isEqualTo("ddim, unclip%n%sddim, trailing%n%s".formatted(unclip, trailing));
  }

  @Test
  void timestepsAreTakenAsTheyAreGiven() {
    var schedule = new CosineSchedule(1000);
    var ddim = new DdimSampler(0);
    String strided = ddim.plan(schedule, TimestepSpacings.STRIDED.of(1000, 10)).toString();
    String listed = ddim.plan(schedule, Timesteps.of(999, 500, 0)).toString();
    assertThat(run("plan --respacing ddim10").out()).isEqualTo(strided);
    assertThat(run("plan --timesteps 999,500,0").out()).isEqualTo(listed);
    assertThat(run("plan --respacing ddim10 --timesteps 999,500,0").out())
        .isEqualTo("ddim, ddim10%n%sddim, listed%n%s".formatted(strided, listed));
  }

  @Test
  void anUnknownNameIsToldTheKnownOnes() {
    assertRefused(
        "schedule: cosinus (expected: one of %s)"
            .formatted(String.join(", ", Schedules.standard().names())),
        "plot schedules cosinus",
        file("a.png"));
    assertRefused(
        "spacing: even (expected: one of %s)"
            .formatted(String.join(", ", TimestepSpacings.standard().names())),
        "plot snr --spacing even",
        file("a.png"));
    assertRefused(
        "sampler: dmp (expected: one of %s)"
            .formatted(String.join(", ", Samplers.standard().names())),
        "plot plan dmp",
        file("a.png"));
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path gif = file("a.gif");
    assertRefused(
        "output: " + gif + " (expected: a name that ends in .png or .svg)", "plot snr", gif);
    Path nowhere = folder.resolve("missing").resolve("a.svg");
    assertRefused(
        "output: %s (expected: a file in a folder that is there; %s is none)"
            .formatted(nowhere, nowhere.getParent()),
        "plot plan",
        nowhere);
    Run none = run("plot schedules");
    assertThat(none.err())
        .startsWith("error: output: none (expected: a name that ends in .png or .svg)");
    assertThat(none.status()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "plan --steps 0, 'steps: 0 (expected: in [1, 1000])'",
    "'plan --steps 5 --timesteps 9,3', steps: 5 (expected: none without --spacing)",
    "plot schedules --steps 5, steps: 5 (expected: none without --spacing)",
    "plan --steps 11 --train-steps 10, 'steps: 11 (expected: in [1, 10])'",
    "plan --train-steps -1, 'train-steps: -1 (expected: in [1, 1000000])'",
    "plan --respacing ddim300, 'steps: 300 (expected: a whole stride through 1000, such as [167,"
        + " 200, 250, 334])'",
    "plan --respacing fast, 'respacing: \"fast\" (expected: \"ddimN\", \"fast27\" or section counts"
        + " such as \"10,10,3,2,2\")'",
    "plot posterior --timestep 1000, timestep: 1000 (expected: from 0 to 999)",
    "plot posterior --timestep 20 --steps 22, 'steps: 22 (expected: from 1 to 21)'",
    "plot posterior --at 4, 'at: 4.0 (expected: in [-3, 3])'",
    "plot bound --train-steps 0, 'train-steps: 0 (expected: in [1, 1000000])'",
    "'plan --timesteps 0,500', 'timesteps: [0, 500] (expected: strictly decreasing and ≥ 0)'",
    "'plan --timesteps 1000,5', 'timesteps: [1000, 5] (expected: below 1000)'",
  })
  void aNumberOutOfRangeIsNamed(String line, String message) {
    assertRefused(message, line, file("a.png"));
  }

  @Test
  void aPictureIsDrawnOnItsWayToNoise() throws IOException {
    var x0 = new Image(3, 2, new float[18]);
    Files.write(file("x0.png"), Png.encode(x0, Map.of()));
    String line = "plot forward " + file("x0.png") + " --schedule linear,cosine --timesteps -1,999";
    drawn("forward.png", line);

    Image strip = ImageFiles.read(file("forward.png"), 100);
    assertThat(strip.width()).isEqualTo(6);
    assertThat(strip.height()).isEqualTo(4);
    Rgb8 levels = Rgb8.of(strip);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 9; x++) {
        assertThat(levels.pixels()[18 * y + x]).as("the picture itself").isEqualTo((byte) 128);
      }
    }
    float[] noise = new PhiloxNoise(0, 0).gaussian("forward", 0, 18);
    double first = Math.sqrt(1 - new LinearSchedule(1000).alphaBar(999)) * noise[0];
    assertThat(strip.pixels()[9])
        .isCloseTo((float) Math.max(-1, Math.min(1, first)), within(0.01f));

    assertRefused(
        "timesteps: 1000 (expected: from -1 to 999)",
        "plot forward " + file("x0.png") + " --timesteps 1000",
        file("none.png"));
    assertRefused(
        "picture: %s (expected: a file)".formatted(file("no.png")),
        "plot forward " + file("no.png"),
        file("none.png"));
  }

  @Test
  void picturesAreLabelledByRowAndColumn() throws IOException {
    var x0 = new Image(3, 2, new float[18]);
    Files.write(file("x0.png"), Png.encode(x0, Map.of()));
    String x = file("x0.png").toString();
    drawn("labelled.png", "plot forward " + x + " --timesteps -1,99,999 --labels");
    Image labelled = ImageFiles.read(file("labelled.png"), 1 << 20);
    assertThat(labelled.width()).isGreaterThan(3 * labelled.height() / 2);
    assertThat(IntStream.range(0, 3 * 20 * labelled.width()).filter(i -> labelled.pixels()[i] < 0))
        .as("dark text above the pictures")
        .isNotEmpty();

    drawn("sheet.png", "plot sheet " + String.join(" ", x, x, x, x) + " --columns a,b");
    Image sheet = ImageFiles.read(file("sheet.png"), 1 << 20);
    assertThat(sheet.width()).isBetween(sheet.height() - 60, sheet.height());
    drawn("row.png", "plot sheet " + String.join(" ", x, x, x, x));
    Image row = ImageFiles.read(file("row.png"), 1 << 20);
    assertThat(row.width()).isGreaterThan(3 * row.height());
    assertRefused(
        "output: " + file("sheet.svg") + " (expected: a name that ends in .png)",
        "plot sheet " + x,
        file("sheet.svg"));
    assertRefused(
        "rows: 2 (expected: 1, as the pictures)",
        "plot sheet " + x + " --rows a,b",
        file("none.png"));
  }

  @Test
  void theTermsOfABoundAreThoseOfAReport() throws IOException {
    Files.writeString(file("nll.json"), "{\"timesteps\": [9, 0], \"terms\": [0.5, 2]}");
    byte[] with = drawn("with.svg", "plot bound --nll " + file("nll.json"));
    assertThat(with.length).isGreaterThan(drawn("without.svg", "plot bound").length);

    Files.writeString(file("other.json"), "{\"timesteps\": [9, 0], \"terms\": [0.5]}");
    assertRefused(
        "nll: %s (expected: a report with timesteps, and as many terms)"
            .formatted(file("other.json")),
        "plot bound --nll " + file("other.json"),
        file("none.svg"));
    Files.writeString(file("text.json"), "{");
    assertRefused(
        "nll: %s (expected: a report of nll --json)".formatted(file("text.json")),
        "plot bound --nll " + file("text.json"),
        file("none.svg"));
  }

  @Test
  void whatToDrawHasToBeSaid() {
    Run run = run("plot");
    assertThat(run.err()).startsWith("error: command: none (expected: one of ");
    assertThat(run.err()).contains("schedules", "snr", "plan");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void theLossOfATrainingIsDrawnFromItsEvents() throws IOException {
    Path state =
        training("decoder", IntStream.rangeClosed(1, 180).mapToDouble(s -> 256 - s).toArray());
    assertThat(new String(drawn("loss.svg", "plot training " + state), UTF_8)).contains("<svg");

    Chart chart = TrainingChart.of(state, "loss");
    assertThat(chart.title()).isEqualTo(state.toString());
    List<ChartSeries.Point> points = chart.curves().get(0).points();
    assertThat(points).hasSize(60);
    assertThat(points.get(0)).isEqualTo(new ChartSeries.Point(3, 254));
    assertThat(points.stream().mapToDouble(ChartSeries.Point::y).toArray())
        .isSortedAccordingTo(Comparator.reverseOrder());

    assertRefused(
        "value: los (expected: one that is in " + state.resolve("events") + ", such as loss)",
        "plot training " + state + " --value los",
        file("none.svg"));
    assertRefused(
        "state: " + folder + " (expected: a folder of a training, with events in it)",
        "plot training " + folder,
        file("none.svg"));
  }

  @Test
  void aLossThatFallsToATenthHasALogarithmicAxis() throws IOException {
    assertThat(axis("little", 1, 0.2)).isEqualTo(Axis.linear("loss"));
    assertThat(axis("much", 10, 0.1)).isEqualTo(Axis.logarithmic("loss"));
    assertThat(axis("below-zero", 10, -0.1)).isEqualTo(Axis.linear("loss"));
  }

  private Axis axis(String name, double... losses) throws IOException {
    return TrainingChart.of(training(name, losses), "loss").y();
  }

  /** A state of a training with these losses, from step 1 on. */
  private Path training(String name, double... losses) throws IOException {
    Path state = Files.createDirectory(file(name));
    try (var events = new EventWriter(state.resolve("events"))) {
      for (int step = 1; step <= losses.length; step++) {
        events.scalar("loss", step, losses[step - 1]);
      }
    }
    return state;
  }
}
