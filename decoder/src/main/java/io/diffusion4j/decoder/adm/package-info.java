/**
 * Networks of guided-diffusion and GLIDE in OpenAI's own layout, opened as denoisers: {@link
 * io.diffusion4j.decoder.adm.AdmModel}.
 */
@NullMarked
package io.diffusion4j.decoder.adm;

import org.jspecify.annotations.NullMarked;
