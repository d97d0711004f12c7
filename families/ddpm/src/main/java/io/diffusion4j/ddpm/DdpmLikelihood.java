package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.DenoiserLikelihood;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import java.util.List;

/** The likelihood of pictures under a DDPM. */
final class DdpmLikelihood extends DenoiserLikelihood<PixelLabel> {
  private static final int RGB = 3;

  private final DdpmFolder folder;
  private final Compute compute;
  private final PixelModel model;

  private DdpmLikelihood(DdpmFolder folder, Compute compute, PixelModel model) {
    super(
        new Chain<>(
            model.denoiser(folder.scheduler()),
            folder.scheduler().schedule(),
            folder.scheduler().variance(),
            folder.scheduler().treatment()));
    this.folder = folder;
    this.compute = compute;
    this.model = model;
  }

  static DdpmLikelihood of(DdpmFolder folder, Compute compute) {
    PixelBackbone network = PixelFolders.read(folder.network());
    Check.that(network.channels() == RGB, "in_channels", network.channels(), "3");
    Check.that(
        folder.scheduler().kind() != SchedulerConfig.Kind.CONSISTENCY,
        "scheduler",
        folder.scheduler().kind().className(),
        "one of a diffusion model or a flow; a consistency model has no likelihood");
    return new DdpmLikelihood(folder, compute, PixelModel.load(folder.network(), compute));
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
  protected List<PixelLabel> conditions(List<Example> examples) {
    return examples.stream().map(DdpmLikelihood::label).toList();
  }

  private static PixelLabel label(Example example) {
    return example.label().isPresent()
        ? new PixelLabel.Numbered(example.label().getAsInt())
        : new PixelLabel.None();
  }

  @Override
  protected ProbedDenoiser<PixelLabel> compileProbed() {
    try (var checkpoint = Checkpoint.open(folder.network(), Checkpoint.DIFFUSERS)) {
      PixelBackbone network = network();
      return new ProbedDenoiser<>(
          network,
          network.fromFolder(checkpoint),
          compute,
          PixelModel.times(network, folder.scheduler()),
          network::feed);
    }
  }

  @Override
  public void close() {
    model.close();
    super.close();
  }
}
