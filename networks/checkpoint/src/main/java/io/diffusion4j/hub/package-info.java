/**
 * Published models by name: found on the Hugging Face Hub, and kept in the cache that Python's
 * tools use.
 *
 * <pre>{@code
 * var settings = HubSettings.of(System.getenv(), Path.of(System.getProperty("user.home")));
 * var hub = new Hub(settings, System.getenv());
 * var plan = hub.plan(RepoName.parse("kakaobrain/karlo-v1-alpha"), Optional.empty());
 * System.out.println(plan.missingBytes() + " bytes to download");
 * Path folder = hub.pull(plan, (file, bytes) -> {});
 * }</pre>
 *
 * <p>{@link io.diffusion4j.hub.Hub} first makes a plan, which can be shown to the user, and then
 * downloads the missing files. Every file is checked by its hash, and an interrupted download
 * resumes. The cache has the layout of {@code huggingface_hub}, so files downloaded by Python are
 * reused and the other way round. {@link io.diffusion4j.hub.HubSettings} reads the same environment
 * variables as Python.
 *
 * <p>A plan without network access, in offline mode or when the Hub cannot be reached, is a
 * complete model in the cache or an error. Proxies are read from the environment. An error is one
 * line; {@link io.diffusion4j.hub.HubException} distinguishes a response of the Hub from a failed
 * connection, after which the cache may still have the model.
 *
 * <p>{@link io.diffusion4j.hub.HubFiles} selects the files that a loader reads: one edition of the
 * weights of each component, settings and vocabularies. The token is sent to the endpoint only,
 * never to the targets of redirects. Uploads, data sets and Git operations are not supported.
 */
@NullMarked
package io.diffusion4j.hub;

import org.jspecify.annotations.NullMarked;
