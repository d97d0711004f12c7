package io.diffusion4j.unclip;

import static io.diffusion4j.pipeline.PublishedLayout.MAX_SHARD_BYTES;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.OpenAiFile;
import io.diffusion4j.clip.noised.NoisedClipFolders;
import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderLikelihood;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.DenoiserLikelihood;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import io.diffusion4j.pipeline.BackgroundDigest;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PublishedLayout;
import io.diffusion4j.pipeline.PublishedLayout.Input;
import io.diffusion4j.pipeline.RandomModel;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Model folders in the layout of {@link UnclipFolder}. */
public final class UnclipFamily implements ModelFamily {
  @Override
  public String name() {
    return "unCLIP";
  }

  @Override
  public String layout() {
    return ModelFolder.INDEX;
  }

  @Override
  public boolean isAt(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      return false;
    }
    try {
      return ModelFolder.open(folder).className().startsWith("UnCLIP");
    } catch (CheckpointException e) {
      return true; // opening the folder reports the failures
    }
  }

  /** Fails unless the folder exists and looks like a pipeline of this family. */
  public static void require(Path folder) {
    var family = new UnclipFamily();
    Check.that(family.isAt(folder), "model", folder, "a folder with %s", family.layout());
  }

  @Override
  public String digest(Path folder, OpenOptions how) {
    var beside =
        Stream.concat(guide(folder, how).stream(), PriorChoice.onePass(folder, how).stream());
    return FolderDigest.withGuides(ModelFacts.digest(folder, PriorChoice.of(how)), beside.toList());
  }

  private static Optional<Path> guide(Path folder, OpenOptions how) {
    return how.guide(
        Guides.CLIP, folder.resolve(UnclipFolder.NOISED_CLIP), NoisedClipFolders::isAt);
  }

  @Override
  public Set<String> guides() {
    return Set.of(Guides.CLIP);
  }

  @Override
  public void checkLoras(Path folder, OpenOptions how) {
    boolean isDiffusion =
        PriorChoice.of(how) == PriorChoice.DIFFUSION && PriorChoice.onePass(folder, how).isEmpty();
    UnclipModel.loras(ModelFolder.open(folder), how.loras(), isDiffusion);
  }

  @Override
  public Map<String, PublishedLayout> published() {
    return Map.of(
        "karlo",
            new PublishedLayout(
                Set.of(Input.FILES, Input.VOCABULARY),
                it ->
                    new KarloFiles(UnclipConfig.karlo())
                        .convert(
                            it.files(), it.vocabulary(), it.output(), it.dtype(), MAX_SHARD_BYTES)),
        "openai-clip",
            new PublishedLayout(
                Set.of(Input.VOCABULARY),
                it ->
                    OpenAiFile.convert(
                        it.file(), it.vocabulary(), it.output(), it.dtype(), MAX_SHARD_BYTES)));
  }

  @Override
  public Map<String, RandomModel> random() {
    return Map.of(
        "karlo",
        new RandomPipeline(UnclipConfig.karlo()),
        "small",
        new RandomPipeline(UnclipConfig.small()));
  }

  @Override
  public FolderReport inspect(Path folder) {
    return UnclipFolder.report(folder);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return UnclipFolder.networks(folder);
  }

  @Override
  public Opened open(Path folder, OpenOptions asked) {
    OpenOptions how = asked.suiting(() -> UnclipModel.suited(folder));
    Check.that(
        PriorChoice.of(how) != PriorChoice.AR
            || Files.isDirectory(folder.resolve(UnclipFolder.PRIOR_AR)),
        "prior",
        "ar",
        "a model with %s, which train prior-ar makes; %s has none",
        UnclipFolder.PRIOR_AR,
        folder);
    var digest = BackgroundDigest.of(() -> digest(folder, how));
    UnclipModel model =
        UnclipModel.load(
            folder,
            how.compute(),
            how.residency(),
            how.loras(),
            guide(folder, how),
            PriorChoice.onePass(folder, how));
    return new Opened(new UnclipModule(model, how, digest), UnclipModule.PARTS, model::close);
  }

  /** Opens the likelihood in the decoder's precision. */
  @Override
  public PictureLikelihood likelihood(Path folder, OpenOptions how) {
    return new UnclipLikelihood(
        UnclipModel.load(
            folder,
            how.suiting(() -> UnclipModel.suited(folder)).compute(),
            Residency.ALWAYS,
            how.loras()));
  }

  /** The likelihood of pictures under the decoder, given their own embeddings and captions. */
  private static final class UnclipLikelihood extends DenoiserLikelihood<DecoderCondition> {
    private final UnclipModel model;

    /** Owns the model, whose networks are always in memory. */
    UnclipLikelihood(UnclipModel model) {
      super(model.decoderLikelihood().chain());
      this.model = model;
    }

    @Override
    public int width() {
      return model.decoderLikelihood().imageSize();
    }

    @Override
    public int height() {
      return width();
    }

    @Override
    protected List<DecoderCondition> conditions(List<Example> examples) {
      for (Example example : examples) {
        example
            .label()
            .ifPresent(
                label -> {
                  throw Check.refusal("label", label, "none; the model knows no classes");
                });
      }
      DecoderLikelihood decoder = model.decoderLikelihood();
      return decoder
          .model()
          .conditions(
              model.imageEncoder().encode(examples.stream().map(Example::picture).toList()),
              model.textEncoder().encode(examples.stream().map(Example::caption).toList()));
    }

    @Override
    protected ProbedDenoiser<DecoderCondition> compileProbed() {
      return model.probedDecoder();
    }

    @Override
    public void close() {
      super.close();
      model.close();
    }
  }
}
