package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.VarianceRange;
import io.diffusion4j.tf.train.EventWriter;
import io.diffusion4j.training.Recipe;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows a training run on the terminal, and writes it down for TensorBoard. */
public final class TrainingWatcher implements Recipe.Observer, AutoCloseable {
  /** What the folder of the events is called, beside a state. */
  public static final String EVENTS = "events";

  /** How much a new measurement counts against those before it. */
  private static final double WEIGHT = 0.05;

  /** More of a learned variance outside its bounds is not noise of the last steps. */
  private static final double OUTSIDE = 0.01;

  private final String part;
  private final Path state;
  private final Console console;
  private final StopOnSignal stop;

  private Bars.@Nullable Bar bar;
  private @Nullable EventWriter events;
  private String lastCheckpoint = "there is no checkpoint yet";
  private long batch;
  private long lastStep;
  private double loss = Double.NaN;
  private double outside = Double.NaN;
  private double secondsPerStep = Double.NaN;

  TrainingWatcher(String part, Path state, Console console, StopOnSignal stop) {
    this.part = part;
    this.state = state;
    this.console = console;
    this.stop = stop;
  }

  @Override
  public void onStart(TrainingRun run, TrainingConfig config, long parameters, long fromStep) {
    stop.begin(run);
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
    bar = console.bars().bar(part, fromStep, config.steps());
    events = new EventWriter(state.resolve(EVENTS));
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
    if (events != null) {
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
              "loss %.4f, rate %.2e, %.1f images/s",
              loss,
              report.learningRate(),
              imagesPerSecond));
    }
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

  /** What a run that failed can go on from, in words. */
  String lastCheckpoint() {
    return lastCheckpoint;
  }

  /** Reports how much of a learned variance was between its bounds in the last steps. */
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
