package io.diffusion4j.springai;

import org.springframework.ai.image.ImageGenerationMetadata;

/**
 * How an image was made.
 *
 * @param seed where its randomness came from; unsigned
 * @param stream which of the seed's streams it was
 * @param mediaType of the file
 * @param recipe enough to make it again, as the JSON that stands in the file
 */
public record Diffusion4jImageMetadata(long seed, int stream, String mediaType, String recipe)
    implements ImageGenerationMetadata {}
