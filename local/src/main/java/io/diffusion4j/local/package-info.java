/**
 * Model folders of this machine in the process of an application: loaded, wired as models of the
 * service, and asked without a network.
 *
 * <p>Starting points: {@link io.diffusion4j.local.LocalGeneration}, a folder and a client of it;
 * {@link io.diffusion4j.local.LocalModel}, a folder wired for use; {@link
 * io.diffusion4j.local.Defaults}, how its stages sample unless asked otherwise.
 */
@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;
