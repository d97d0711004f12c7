package io.diffusion4j.it;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A pipeline of random weights on disk, and the model loaded from it. Tests get it as a parameter
 * with {@code @ExtendWith(TinyPipeline.Resolver.class)}; all of them share one.
 */
public final class TinyPipeline implements AutoCloseable {
  /** Height and width of its images. */
  public static final int IMAGE_SIZE = 64;

  /**
   * That of the models that ship. In float32 the last bit of the transformers depends on how many
   * queries are asked together.
   */
  public static final Precision PRECISION = Precision.BFLOAT16;

  private final Path folder;
  private final UnclipModel model;

  private TinyPipeline(Path folder) {
    try {
      TinyFolder.write(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder, e);
    }
    this.folder = folder;
    this.model = UnclipModel.load(folder, PRECISION);
  }

  /** The folder; not to be changed. */
  public Path folder() {
    return folder;
  }

  /** The model; not to be closed. */
  public UnclipModel model() {
    return model;
  }

  /** The pipeline wired, with these modules beside. */
  public Injector injector(Module... modules) {
    List<Module> all = new ArrayList<>(List.of(modules));
    all.add(new UnclipModule(model));
    return Guice.createInjector(all);
  }

  /** The pipeline as it is. */
  public TextToImage textToImage() {
    return injector().getInstance(TextToImage.class);
  }

  /** A few steps of each stage with guidance. */
  public static TextToImage.Request request(String prompt, int count, long seed, Sampler sampler) {
    return TextToImage.Request.of(
        prompt,
        count,
        seed,
        new SamplingSettings(sampler, 4, 2),
        new SamplingSettings(sampler, 4, 3),
        new SamplingSettings(sampler, 3, 1));
  }

  @Override
  public void close() {
    model.close();
  }

  /** Gives the pipeline to tests; it lives as long as the test run. */
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
          .getOrComputeIfAbsent(
              TinyPipeline.class,
              key -> new TinyPipeline(Path.of("target", "tiny-pipeline")),
              TinyPipeline.class);
    }
  }
}
