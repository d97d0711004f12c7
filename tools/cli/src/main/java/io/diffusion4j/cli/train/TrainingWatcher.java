package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.diffusion.VarianceRange;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows a training run on the terminal and writes events for TensorBoard. */
final class TrainingWatcher implements ModelTraining.Observer, AutoCloseable {
  /** The weight of a new measurement in the moving average. */
  private static final double WEIGHT = 0.05;

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

  private @Nullable TrainingRun run;
  private long steps;
  private long begin;
  private ProgressBars.@Nullable Bar bar;
  private @Nullable EventWriter events;
  private String lastCheckpoint = "there is no checkpoint yet";
  private long batch;
  private long lastStep;
  private double loss = Double.NaN;
  private double outside = Double.NaN;
  private double secondsPerStep = Double.NaN;

  TrainingWatcher(
      String part, Path state, Console console, StopOnSignal stop, SampleOptions samples) {
    this.samples = samples;
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
    steps = config.steps();
    begin = System.nanoTime();
    batch = config.samplesPerStep();
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
            batch,
            fromStep == 0 ? "from the start" : "going on from step " + fromStep));
    run.changes().forEach(change -> console.say(part + ": " + change));
    bar = console.bars().bar(part, fromStep, config.steps());
    events = new EventWriter(state.resolve(EventWriter.FOLDER));
    lastStep = System.nanoTime();
  }

  @Override
  public void onStep(long step, Trainer.Report report) {
    long now = System.nanoTime();
    secondsPerStep = smoothed(secondsPerStep, 1e-9 * (now - lastStep));
    loss = smoothed(loss, report.loss());
    Double share = report.metrics().get(VarianceRange.OUTSIDE);
    outside = share == null ? Double.NaN : smoothed(outside, share);
    lastStep = now;
    double imagesPerSecond = batch / secondsPerStep;
    double waiting = waiting(now);
    if (events != null) {
      events.scalar("waiting_for_data", step, waiting);
      ProcessMemory.peakMebibytes().ifPresent(peak -> scalar("peak_memory_mib", step, peak));
      events.scalar("loss", step, report.loss());
      events.scalar("gradient_norm", step, report.gradientNorm());
      events.scalar("learning_rate", step, report.learningRate());
      events.scalar("images_per_second", step, imagesPerSecond);
      for (var metric : report.metrics().entrySet()) {
        events.scalar(metric.getKey(), step, metric.getValue());
      }
    }
    if (bar != null) {
      bar.at(
          step,
          String.format(
              Locale.ROOT,
              "loss %.4f, gradient %.2f, rate %.2e, %.1f images/s%s, %s left",
              loss,
              report.gradientNorm(),
              report.learningRate(),
              imagesPerSecond,
              waiting < NOTICEABLE
                  ? ""
                  : String.format(Locale.ROOT, ", %.0f %% waiting for data", 100 * waiting),
              time(secondsPerStep * (steps - step))));
    }
  }

  private void scalar(String name, long step, double value) {
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
  public void onPreview(long step, Path model) {
    var picture = samples.draw(model);
    if (picture.isEmpty()) {
      console.say(part + ", step " + step + ": no sample, as the model lacks other parts");
      return;
    }
    Path file = state.resolve("samples").resolve(String.format(Locale.ROOT, "%08d.png", step));
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Png.encode(picture.get(), Map.of()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
    if (events != null) {
      events.image("samples", step, picture.get());
    }
    lastStep = System.nanoTime(); // drawing is no part of the next step
  }

  private static double smoothed(double before, double now) {
    return Double.isNaN(before) ? now : before + WEIGHT * (now - before);
  }

  @Override
  public void onCheckpoint(long step, Path file) {
    lastCheckpoint = checkpoint(step, file);
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

  /** Ends the bar and the event file. */
  @Override
  public void close() {
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
