package io.diffusion4j.openinference;

import io.diffusion4j.openinference.v2.ModelMetadataResponse;
import io.diffusion4j.openinference.v2.ModelMetadataResponse.TensorMetadata;
import io.diffusion4j.serving.v1.Model;
import java.util.Arrays;
import java.util.List;

/** The metadata of a model in the protocol's terms. */
final class Signature {
  private static final String PLATFORM = "diffusion4j_text_to_image";
  private static final String DIGEST_PREFIX = "sha256:";
  private static final int VERSION_LENGTH = 12;
  private static final long ANY = -1;

  private Signature() {}

  /** Returns the version of a model: the first digits of the digest of its weights. */
  static String version(Model model) {
    String digest = model.getWeightsDigest().replaceFirst("^" + DIGEST_PREFIX, "");
    return digest.substring(0, Math.min(VERSION_LENGTH, digest.length()));
  }

  /** Describes the tensors of a model. */
  static ModelMetadataResponse of(Model model) {
    var metadata =
        ModelMetadataResponse.newBuilder()
            .setName(model.getName())
            .addVersions(version(model))
            .setPlatform(PLATFORM);
    Arrays.stream(Input.values())
        .forEach(
            input ->
                metadata.addInputs(tensor(input.key, input.type, List.of(input.each ? ANY : 1))));
    boolean sizes = model.getStagesList().stream().anyMatch(stage -> stage.getSizeUnit() > 0);
    List<Long> image =
        List.of(ANY, sizes ? ANY : model.getImageHeight(), sizes ? ANY : model.getImageWidth(), 3L);
    return metadata
        .addOutputs(tensor(Output.IMAGE.key, TensorDatatype.UINT8, image))
        .addOutputs(tensor(Output.RECIPE.key, TensorDatatype.BYTES, List.of(ANY)))
        .build();
  }

  private static TensorMetadata tensor(String name, TensorDatatype type, List<Long> shape) {
    return TensorMetadata.newBuilder()
        .setName(name)
        .setDatatype(type.name())
        .addAllShape(shape)
        .build();
  }
}
