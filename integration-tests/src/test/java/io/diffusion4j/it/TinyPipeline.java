package io.diffusion4j.it;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.pipeline.UnclipPipeline;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A pipeline of random weights on disk, and the model loaded from it. Tests get it as a parameter
 * with {@code @ExtendWith(TinyPipeline.Resolver.class)}; all of them share one.
 */
public final class TinyPipeline implements AutoCloseable {
  /** The height and width of the images. */
  public static final int IMAGE_SIZE = 64;

  /**
   * The precision of the shipped models. In float32 the last bit of the transformers depends on the
   * number of queries in a batch.
   */
  public static final Precision PRECISION = Precision.BFLOAT16;

  private final Path folder;
  private final UnclipModel model;

  private TinyPipeline() {
    try {
      // each test process has its own
      this.folder = Files.createTempDirectory(Path.of("target"), "tiny-pipeline-");
      TinyFolder.write(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a model below target", e);
    }
    this.model = UnclipModel.load(folder, Compute.of(PRECISION));
  }

  /** The folder, which tests must not change. */
  public Path folder() {
    return folder;
  }

  /** The model, which tests must not close. */
  public UnclipModel model() {
    return model;
  }

  /** Wires the pipeline, with these modules overriding its own. */
  public Injector injector(Module... modules) {
    return Guice.createInjector(Modules.override(new UnclipModule(model)).with(modules));
  }

  /** The pipeline without other modules. */
  public ImagePipeline pipeline() {
    return injector().getInstance(ImagePipeline.class);
  }

  /**
   * The pipeline as a model of the service, which samples with DDIM and the defaults of {@link
   * #stages}.
   *
   * @param atOnce the largest number of images of a request in a batch
   */
  public ImagePipeline served(int atOnce) {
    var parts =
        injector()
            .getInstance(UnclipParts.class)
            .offering(
                stage ->
                    switch (stage.name()) {
                      case Prior.STAGE -> defaults(stage, 4).withScale(new Stage.Scale(2, 10));
                      case ImageDecoder.STAGE ->
                          defaults(stage, 4).withScale(new Stage.Scale(3, 10));
                      default -> defaults(stage, 3);
                    });
    return new UnclipPipeline(
        () -> new ModelIdentity("tiny", "random weights", "Apache-2.0", "sha256:" + "0".repeat(64)),
        Pixels.square(IMAGE_SIZE),
        new ModelCard.Limits(8, atOnce),
        EnumSet.allOf(ImageTask.Kind.class),
        parts);
  }

  private static Stage defaults(Stage stage, int steps) {
    return stage.withChoices(choices -> choices.withDefaults("ddim", steps));
  }

  /** The settings: a few steps of each stage, with guidance. */
  public static Map<String, SamplingSettings> stages(Sampler sampler) {
    return Map.of(
        Prior.STAGE, new SamplingSettings(sampler, 4, 2),
        ImageDecoder.STAGE, new SamplingSettings(sampler, 4, 3),
        Upsampler.STAGE, new SamplingSettings(sampler, 3, 1));
  }

  /** Draws images of a prompt in a few steps of each stage. */
  public List<Image> draw(String prompt, int count, long seed, Sampler sampler) {
    return pipeline()
        .draw(
            ImageTask.of(prompt),
            stages(sampler),
            PhiloxNoise.images(seed, count),
            SamplingListener.NONE);
  }

  @Override
  public void close() {
    model.close();
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }

  /** Passes the pipeline to tests, and closes it at the end of the test run. */
  public static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == TinyPipeline.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.create(TinyPipeline.class))
          .getOrComputeIfAbsent(TinyPipeline.class, key -> new TinyPipeline(), TinyPipeline.class);
    }
  }
}
