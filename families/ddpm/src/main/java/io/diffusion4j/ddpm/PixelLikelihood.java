package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.FlowLikelihood;
import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.loss.BitsPerDimension;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.loss.MeanType;
import io.diffusion4j.diffusion.loss.ReverseProcess;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The likelihood of pictures under a DDPM. The network's gradient is compiled on demand. */
final class PixelLikelihood implements PictureLikelihood {
  private static final int RGB = 3;

  private final DdpmFolder folder;
  private final Compute compute;
  private final SchedulerConfig scheduler;
  private final PixelModel model;
  private @Nullable ProbedDenoiser<PixelLabel> probed;

  PixelLikelihood(DdpmFolder folder, Compute compute) {
    this.folder = folder;
    this.compute = compute;
    scheduler = folder.scheduler();
    PixelBackbone network = PixelFolders.read(folder.network());
    Check.that(network.channels() == RGB, "in_channels", network.channels(), "3");
    model = PixelModel.load(folder.network(), compute);
  }

  private PixelBackbone network() {
    return model.definition();
  }

  @Override
  public int width() {
    return network().width();
  }

  @Override
  public int height() {
    return network().height();
  }

  @Override
  public int trainSteps() {
    return scheduler.trainTimesteps();
  }

  @Override
  public Bound bound(
      Example example, Timesteps timesteps, NoiseSource noise, IntConsumer progress) {
    var process =
        new ReverseProcess(
            scheduler.schedule(),
            timesteps,
            MeanType.of(scheduler.parameterization()),
            scheduler.variance());
    return new BitsPerDimension<>(
            model.denoiser(scheduler.parameterization()), process, scheduler.treatment())
        .of(pixels(example), label(example), noise, progress);
  }

  @Override
  public List<Likelihood.Result> flow(
      List<Example> examples,
      int steps,
      RungeKutta method,
      List<NoiseSource> noise,
      IntConsumer progress) {
    var flow =
        new FlowLikelihood(scheduler.schedule(), steps, method, scheduler.parameterization());
    return new PictureFlow(flow)
        .of(
            examples.stream().map(this::pixels).toList(),
            examples.stream().map(PixelLikelihood::label).toList(),
            noise,
            probed()::probe,
            progress);
  }

  private float[] pixels(Example example) {
    return example.levels(width(), height());
  }

  private static PixelLabel label(Example example) {
    return example.label().isPresent()
        ? new PixelLabel.Numbered(example.label().getAsInt())
        : new PixelLabel.None();
  }

  private ProbedDenoiser<PixelLabel> probed() {
    if (probed == null) {
      try (var checkpoint = Checkpoint.open(folder.network(), Checkpoint.DIFFUSERS)) {
        PixelBackbone network = network();
        probed =
            new ProbedDenoiser<>(
                network, network.fromFolder(checkpoint), compute, network::embedded, network::feed);
      }
    }
    return probed;
  }

  @Override
  public void close() {
    model.close();
    if (probed != null) {
      probed.close();
    }
  }
}
