package io.diffusion4j.glide;

import static io.diffusion4j.pipeline.PublishedLayout.MAX_SHARD_BYTES;

import io.diffusion4j.clip.noised.NoisedClip;
import io.diffusion4j.clip.noised.NoisedClipFolders;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PipelineModule;
import io.diffusion4j.pipeline.PublishedLayout;
import io.diffusion4j.pipeline.PublishedLayout.Input;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Model folders in the layout of {@link GlideNetworks}. */
public final class GlideFamily implements ModelFamily {
  /** The optional component that guides. */
  public static final String NOISED_CLIP = "noised_clip";

  private static final String NAME = "glide";

  @Override
  public String name() {
    return "GLIDE";
  }

  @Override
  public String layout() {
    return "GLIDE's base, upsample and tokenizer";
  }

  @Override
  public boolean isAt(Path folder) {
    return GlideNetworks.isAt(folder);
  }

  @Override
  public Map<String, PublishedLayout> published() {
    return Map.of(
        "glide",
        new PublishedLayout(
            Set.of(Input.FILES, Input.VOCABULARY, Input.SETTINGS),
            it ->
                GlideFiles.convert(
                    it.files(),
                    it.vocabulary(),
                    it.settings(),
                    it.output(),
                    it.dtype(),
                    MAX_SHARD_BYTES)));
  }

  @Override
  public FolderReport inspect(Path folder) {
    return GlideReport.of(folder);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return Stream.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)
        .flatMap(name -> GlideFolders.stored(name, folder.resolve(name)).stream())
        .toList();
  }

  @Override
  public Opened open(Path folder, OpenOptions how) {
    how.prior()
        .filter(prior -> !prior.equals("diffusion"))
        .ifPresent(
            prior -> {
              throw Check.refusal("prior", prior, "none; GLIDE has no prior");
            });
    var compute = how.compute();
    var place = place(folder, how);
    var clip = place.map(path -> NoisedClip.load(path, compute));
    try {
      var networks = GlideNetworks.load(folder, compute);
      int size = networks.parts().baseSize();
      clip.ifPresent(clipGuide -> clipGuide.requireFits(size, size));
      int large = networks.parts().upsamplerSize();
      String students = networks.parts().students().suffix();
      String description = "GLIDE, images of " + large + "×" + large + " pixels" + students;
      var module =
          new PipelineModule(
                  parts ->
                      new GlidePipeline(
                          parts.identity(folder, how, NAME, description, digest(folder, place)),
                          networks.parts(),
                          networks.complete(),
                          parts.get(GuidanceRule.class),
                          parts.choices(),
                          clip.map(
                              clipGuide ->
                                  new DiffusionDecoder.ClipGuide(clipGuide::encode, clipGuide)),
                          parts.replacement(ImageDecoder.class),
                          parts.replacement(Upsampler.class)))
              .with(GuidanceRule.class, GuidanceRule.AS_ASKED, "the scale of a stage with guidance")
              .replaceable(ImageDecoder.class, "an image for each draw")
              .replaceable(Upsampler.class, "a larger image for each draw");
      return new Opened(
          module,
          module.parts(),
          () -> {
            networks.close();
            clip.ifPresent(NoisedClip::close);
          });
    } catch (RuntimeException | Error e) {
      clip.ifPresent(NoisedClip::close);
      throw e;
    }
  }

  private static Optional<Path> place(Path folder, OpenOptions how) {
    return how.guide(Guides.CLIP, folder.resolve(NOISED_CLIP), NoisedClipFolders::isAt);
  }

  @Override
  public Set<String> guides() {
    return Set.of(Guides.CLIP);
  }

  @Override
  public String digest(Path folder, OpenOptions how) {
    return digest(folder, place(folder, how));
  }

  private static String digest(Path folder, Optional<Path> clip) {
    String model = FolderDigest.of(folder, component -> !component.equals(NOISED_CLIP));
    return FolderDigest.withGuides(model, clip.stream().toList());
  }

  /** Reports the content of a folder of GLIDE and its failures. */
  private static final class GlideReport {
    private GlideReport() {}

    static FolderReport of(Path folder) {
      return FolderReport.of(
          folder,
          List.of(
              network(GlideNetworks.BASE),
              network(GlideNetworks.UPSAMPLE),
              Component.files(GlideNetworks.TOKENIZER, GlideReport::tokenizer)),
          Optional.empty(),
          List.of(),
          () -> fit(folder));
    }

    private static Component<GlideConfig> network(String name) {
      return Component.network(name, GlideFolders::read, GlideFolders::manifest);
    }

    private static Gpt2Tokenizer tokenizer(Path path) {
      try {
        return Gpt2Tokenizer.load(path);
      } catch (IOException e) {
        throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
      }
    }

    private static boolean fit(Path folder) {
      var tokenizer = tokenizer(folder.resolve(GlideNetworks.TOKENIZER));
      for (String name : List.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)) {
        GlideFolders.read(folder.resolve(name)).requireFits(tokenizer);
        GlideFolders.scheduler(folder.resolve(name));
      }
      return GlideNetworks.completes(folder);
    }
  }
}
