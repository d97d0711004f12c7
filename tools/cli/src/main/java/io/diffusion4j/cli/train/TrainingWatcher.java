package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.diffusion.VarianceRange;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.Preview;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows a training run on the terminal and on its page, and writes events for TensorBoard. */
final class TrainingWatcher implements ModelTraining.Observer, AutoCloseable {
  /** The smallest share of waiting that is shown. */
  private static final double NOTICEABLE = 0.01;

  /**
   * The largest share of a learned variance outside its bounds that may be noise of the last steps.
   */
  private static final double OUTSIDE = 0.01;

  private final String part;
  private final Path state;
  private final Console console;
  private final StopOnSignal stop;
  private final SampleOptions samples;
  private final RunPage page;
  private final Consumer<Map<String, String>> check;

  private @Nullable TrainingRun run;
  private @Nullable PartProgress progress;
  private long steps;
  private long begin;
  private ProgressBars.@Nullable Bar bar;
  private @Nullable EventWriter events;
  private String lastCheckpoint = "there is no checkpoint yet";
  private long lastStep;
  private double loss = Double.NaN;
  private double outside = Double.NaN;

  /**
   * Creates a watcher of a part.
   *
   * @param check receives the settings before the first step, and throws if it refuses them
   */
  TrainingWatcher(
      String part,
      Path state,
      Console console,
      StopOnSignal stop,
      SampleOptions samples,
      RunPage page,
      Consumer<Map<String, String>> check) {
    this.samples = samples;
    this.page = page;
    this.check = check;
    this.part = part;
    this.state = state;
    this.console = console;
    this.stop = stop;
  }

  @Override
  public void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {
    if (events != null) { // of the training before, in a distillation of several
      close();
    }
    stop.begin(run);
    this.run = run;
    var settings = settings(run, config);
    check.accept(settings);
    progress = page.begin(part, state, config, settings, fromStep);
    steps = config.steps();
    begin = System.nanoTime();
    if (fromStep > 0) {
      lastCheckpoint = checkpoint(fromStep, state);
    }
    console.say(
        String.format(
            Locale.ROOT,
            "%s: %,d parameters, %d steps of %d images, %s",
            part,
            parameters,
            config.steps(),
            config.samplesPerStep(),
            fromStep == 0 ? "from the start" : "going on from step " + fromStep));
    run.changes().forEach(change -> console.say(part + ": " + change));
    bar = console.bars().bar(part, fromStep, config.steps());
    events = new EventWriter(state.resolve(EventWriter.FOLDER));
    lastStep = System.nanoTime();
  }

  /** Returns all that the weights depend on, by name. */
  private static Map<String, String> settings(TrainingRun run, TrainingConfig config) {
    Map<String, String> settings = new TreeMap<>(run.settings());
    settings.put("steps", Long.toString(config.steps()));
    settings.put("learning_rate", Double.toString(config.learningRate()));
    settings.put("warmup", Long.toString(config.warmup()));
    settings.put("decay", config.decay() + ", " + config.fall());
    settings.put("ema_decays", config.emaDecays().toString());
    settings.put("shares", config.shares().name().toLowerCase(Locale.ROOT));
    settings.put("threads", Integer.toString(config.compute().threads().count()));
    settings.put("engine", config.compute().engine());
    return settings;
  }

  @Override
  public void onStep(long step, Trainer.Report report) {
    long now = System.nanoTime();
    var at = Objects.requireNonNull(progress, "onStart");
    at.at(step, 1e-9 * (now - lastStep));
    loss = PartProgress.smoothed(loss, report.loss());
    Double share = report.metrics().get(VarianceRange.OUTSIDE);
    outside = share == null ? Double.NaN : PartProgress.smoothed(outside, share);
    double waiting = waiting(now);
    scalar("waiting_for_data", step, waiting);
    ProcessMemory.peakMebibytes().ifPresent(peak -> scalar("peak_memory_mib", step, peak));
    scalar("loss", step, report.loss());
    scalar("gradient_norm", step, report.gradientNorm());
    scalar("learning_rate", step, report.learningRate());
    scalar("images_per_second", step, at.imagesPerSecond());
    report.metrics().forEach((name, value) -> scalar(name, step, value));
    if (bar != null) {
      bar.at(
          step,
          String.format(
              Locale.ROOT,
              "loss %.4f, gradient %.2f, rate %.2e, %.1f images/s%s, %s left%s",
              loss,
              report.gradientNorm(),
              report.learningRate(),
              at.imagesPerSecond(),
              waiting < NOTICEABLE
                  ? ""
                  : String.format(Locale.ROOT, ", %.0f %% waiting for data", 100 * waiting),
              time(at.secondsLeft().orElseThrow()),
              whole()));
    }
    page.refresh();
    lastStep = System.nanoTime(); // not with the time of the page
  }

  /** Describes the remaining time of all parts, if there are several. */
  private String whole() {
    if (page.parts() == 1) {
      return "";
    }
    long unknown = page.unmeasured();
    return unknown > 0
        ? ", then %d part%s".formatted(unknown, unknown == 1 ? "" : "s")
        : ", " + time(page.secondsLeft()) + " with all parts";
  }

  private void scalar(String name, long step, double value) {
    Objects.requireNonNull(progress, "onStart").add(name, step, value);
    if (events != null) {
      events.scalar(name, step, value);
    }
  }

  /** Returns the share of time since the start that the training has waited for batches. */
  private double waiting(long now) {
    return run == null ? 0 : (double) run.waited().toNanos() / Math.max(1, now - begin);
  }

  private static String time(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }

  @Override
  public void onValidation(long step, Map<String, Double> numbers) {
    numbers.forEach((name, value) -> scalar(name, step, value));
    console.say(
        part
            + ", step "
            + step
            + ": "
            + numbers.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", ")));
  }

  @Override
  public void onPreview(long step, List<Preview> previews, Path model, List<Path> updates) {
    List<String> captions =
        previews.stream().map(Preview::caption).filter(caption -> !caption.isBlank()).toList();
    var prompts = samples.draw(model, updates, captions);
    if (!previews.isEmpty()) {
      List<Image> rows =
          Stream.concat(previews.stream().map(Preview::real), previews.stream().map(Preview::drawn))
              .toList();
      show(RunPage.PREVIEWS, step, ContactSheet.of(rows, previews.size()));
    }
    prompts.ifPresent(drawn -> show(RunPage.SAMPLES, step, drawn));
    if (prompts.isEmpty() && samples.isAsked()) {
      console.say(part + ", step " + step + ": no sample, as the model lacks other parts");
    }
    page.write();
    lastStep = System.nanoTime(); // drawing is no part of the next step
  }

  /** Writes a picture to a folder of the state, and to TensorBoard. */
  private void show(String name, long step, Image picture) {
    Path file = state.resolve(name).resolve(String.format(Locale.ROOT, "%08d.png", step));
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Png.encode(picture, Map.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
    if (events != null) {
      events.image(name, step, picture);
    }
  }

  @Override
  public void onCheckpoint(long step, Path file) {
    lastCheckpoint = checkpoint(step, file);
    samples.keep(state, step, file);
  }

  @Override
  public void onBest(long step, double best) {
    console.say(
        String.format(
            Locale.ROOT, "%s: the lowest validation loss was %.4f, at step %d", part, best, step));
  }

  private static String checkpoint(long step, Path file) {
    return "the last good checkpoint is of step " + step + ", " + file;
  }

  /** Describes the state from which a failed run can resume. */
  String lastCheckpoint() {
    return lastCheckpoint;
  }

  /** Reports the share of a learned variance between its bounds in the last steps. */
  private void reportVariance() {
    if (!Double.isNaN(outside)) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: the variance is between its bounds for %.1f %% of values%s",
              part,
              100 * (1 - outside),
              outside > OUTSIDE ? " (expected: 99 % or more; train longer)" : ""));
    }
  }

  /** Ends the bar and the event file, and writes the page. */
  @Override
  public void close() {
    if (progress != null) {
      progress.end(progress.step() < steps ? PartProgress.Phase.stopped : PartProgress.Phase.done);
      page.write();
    }
    if (bar != null) {
      bar.close();
      bar = null;
    }
    reportVariance();
    try {
      if (events != null) {
        events.close();
      }
    } finally {
      events = null;
      stop.end();
    }
  }
}
