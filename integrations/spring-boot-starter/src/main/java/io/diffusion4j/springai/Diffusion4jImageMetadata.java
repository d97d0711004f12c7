package io.diffusion4j.springai;

import org.springframework.ai.image.ImageGenerationMetadata;

/**
 * The origin of an image.
 *
 * @param seed seed of its random numbers; unsigned
 * @param stream index of the random stream of the seed
 * @param mediaType media type of the file; empty if the image was refused
 * @param recipe everything needed to reproduce it, as the JSON in the image file
 * @param refusal why a filter of the server refused the image, which then has no data; empty if
 *     none did
 */
public record Diffusion4jImageMetadata(
    long seed, int stream, String mediaType, String recipe, String refusal)
    implements ImageGenerationMetadata {}
