// Made from api/rest/openapi.json by `npm run api:generate`. Do not edit.

export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API keys of an org. */
        get: operations["list_api_keys"];
        put?: never;
        /** Adds an API key. Its text is shown in this answer and never again. */
        post: operations["create_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One API key. */
        get: operations["show_api_key"];
        put?: never;
        post?: never;
        /** Removes an API key. */
        delete: operations["delete_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes an API key: it stays visible and never works again. */
        post: operations["revoke_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The cluster as the answering member sees it. Answers also when there is no leader. */
        get: operations["show_cluster"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes that are in no org, newest first: those of the cluster, and what people did with their own accounts. */
        get: operations["list_cluster_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a backup of the whole cluster: its bytes as they are made, encrypted under the cluster's key-encryption key. It is whole
         *     only when the answer ends as it should; one that breaks off is none.
         */
        post: operations["create_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/backups/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes note of a backup that is safe where it shall be, so that its age is shown. */
        post: operations["note_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/hand-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets another member lead. */
        post: operations["hand_over_leadership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/join-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Join tokens, newest first. */
        get: operations["list_join_tokens"];
        put?: never;
        /** Adds a join token. Its text is shown in this answer and never again. */
        post: operations["create_join_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/join-tokens/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes a join token. Members that joined with it stay. */
        post: operations["revoke_join_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/level": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Raises the cluster's level by one. It cannot be undone: from then on, members whose binary knows less are refused. */
        post: operations["raise_cluster_level"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cluster/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a member out of the cluster, for ever: its number is never used again. It may be one that does not answer any more. */
        delete: operations["remove_cluster_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens, as server-sent events: `id: <index>-<place>`, `event: <kind>`, `data:` an `Event`. Goes on behind `Last-Event-ID`;
         *     `event: compacted` says that some events are not there any more.
         */
        get: operations["watch_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/acme-challenges/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a certificate authority is to be answered that asks the node for a token. */
        get: operations["show_node_challenge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/bundles/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the node shall run, if that is newer than what it knows. Waits for it as long as asked for. */
        get: operations["poll_latest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/bundles/{bundle_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The archive of a bundle that the node shall run or runs; takes `Range`. */
        get: operations["show_node_archive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What happened at the node: one event, or a list. */
        post: operations["send_node_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A sign of life. */
        post: operations["send_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/runtime-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The configuration that the node really runs, where that is not what it was assigned. */
        post: operations["keep_runtime_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The values of the secrets that a bundle names, sealed for the key of the node. */
        post: operations["fetch_node_secrets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A short-lived token in exchange for the node's credential. */
        post: operations["create_node_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The orgs that the caller belongs to. */
        get: operations["list_orgs"];
        put?: never;
        /** Adds an org; the caller becomes its administrator. */
        post: operations["create_org"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One org. */
        get: operations["show_org"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes in an org, newest first. */
        get: operations["list_org_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of an org. */
        get: operations["list_members"];
        put?: never;
        /** Adds a person. An address that has an account joins with it: name and password are those of the account. */
        post: operations["create_member"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a person another role. */
        put: operations["update_member"];
        post?: never;
        /** Takes a person out of an org. */
        delete: operations["delete_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/members/{user_id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the password of a person who belongs to this org and to no other. Their sessions end. */
        put: operations["reset_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects of an org. */
        get: operations["list_projects"];
        put?: never;
        /** Adds a project. */
        post: operations["create_project"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys with which an org's bundles and node tokens are verified. */
        get: operations["list_signing_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project. */
        get: operations["show_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a project: what is left out stays as it is. Administrators only, in person. */
        patch: operations["update_project"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/acme-certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has a certificate authority issue a certificate by ACME. The leader sees to it, and renews it when two thirds of its life are over. */
        post: operations["request_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes in a project, newest first. */
        get: operations["list_project_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bundles of a project, newest first. */
        get: operations["list_bundles"];
        put?: never;
        /** Compiles, signs and adds a bundle. */
        post: operations["create_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Looks at a configuration without keeping it. */
        post: operations["validate_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One bundle. */
        get: operations["show_bundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bundle's archive; takes `Range`. */
        get: operations["show_bundle_archive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Assigns a bundle to nodes directly, past any rollout. */
        post: operations["assign_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The difference of a bundle's text against an older one. */
        get: operations["diff_bundles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How to get a bundle's archive. */
        get: operations["download_bundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a bundle's distribution at once. */
        post: operations["revoke_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/sbom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bundle's bill of materials, CycloneDX. */
        get: operations["show_bundle_sbom"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bundle's text, as it was written and as nodes get it. */
        get: operations["show_bundle_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/bundles/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the stored bytes are what was signed. */
        get: operations["verify_bundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a project is up to: freezes, rollouts that are to begin or have begun, promotions that are due. */
        get: operations["show_calendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The certificates of a project, all of them, without their keys. */
        get: operations["list_certificates"];
        put?: never;
        /** Adds a certificate with its key. Refused when key and chain do not belong together, the chain is not in order, or one in it has ended. */
        post: operations["create_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/certificates/{certificate}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A certificate with its chain, without its key. */
        get: operations["show_certificate"];
        put?: never;
        post?: never;
        /** Takes a certificate away, with all of its versions. */
        delete: operations["delete_certificate"];
        options?: never;
        head?: never;
        /** Says something else of what a certificate is for. */
        patch: operations["update_certificate"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/certificates/{certificate}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has a certificate issued anew, now. The pause after a failure is over, and an order that is under way is left behind. */
        post: operations["renew_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/certificates/{certificate}/replace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a certificate another chain and key: its next version. The last five are kept, their keys sealed; nothing shows those. */
        post: operations["replace_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings of a configuration. */
        get: operations["show_config_settings"];
        /** Says what the settings of a configuration are from now on. They need not be there before. */
        put: operations["replace_config_settings"];
        post?: never;
        /** Takes the settings of a configuration away: everything is as usual. */
        delete: operations["delete_config_settings"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the configuration of a project to what a document says, in one step or not at all. */
        post: operations["apply_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the compiler says of a document; without one, of the configuration that the project has. */
        post: operations["check_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a document would change. */
        post: operations["diff_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configuration of a project as one document: what `apply` takes. */
        get: operations["export_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes services of the description of an API, beside what the project has, in one step or not at all. Without `apply` nothing is written. */
        post: operations["import_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/config/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** As `check`, and what the proxy would get of the document; without one, of the configuration that the project has. Nothing is kept. */
        post: operations["preview_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Drift of a project's nodes, newest first. */
        get: operations["list_drift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The events that match, as a document or as a table. */
        get: operations["export_drift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift/resolve-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for every event that lasts and that was looked at, at most 500 at once. */
        post: operations["resolve_all_drift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Drift of a project's nodes in numbers. A node that is offline, or that measured nothing, is not in sync. */
        get: operations["show_drift_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One event. */
        get: operations["show_drift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/drift/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leaves drift as it is: what the node runs now is not told again. */
        post: operations["resolve_drift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/enrolment-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Enrolment tokens of a project, newest first. */
        get: operations["list_enrolment_tokens"];
        put?: never;
        /** Adds an enrolment token. Its text is shown in this answer and never again. */
        post: operations["create_enrolment_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/enrolment-tokens/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes an enrolment token. Nodes that used it stay. */
        post: operations["revoke_enrolment_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/environments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The environments of a project in their order, with what runs in each and what was completed there. */
        get: operations["list_environments"];
        put?: never;
        /** Adds an environment, behind those that are there. At most 20 in a project. */
        post: operations["create_environment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/environments/defaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds the environments that most projects want: `dev`, `staging` and `prod`, in this order. */
        post: operations["create_default_environments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/environments/{environment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One environment. */
        get: operations["show_environment"];
        put?: never;
        post?: never;
        /** Removes an environment that no node, freeze, promotion rule or living rollout refers to. */
        delete: operations["delete_environment"];
        options?: never;
        head?: never;
        /** Changes an environment: its name, what it is for, its colour, its place in the order, who must agree to rollouts to it. Its slug stays. */
        patch: operations["update_environment"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/freeze-windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The freeze windows of a project, all of them, past ones too. */
        get: operations["list_freeze_windows"];
        put?: never;
        /** Freezes a project for a time: no rollout goes forward. The way back stays open. */
        post: operations["create_freeze_window"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/freeze-windows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a freeze window away. What it held goes on. */
        delete: operations["delete_freeze_window"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The internal CA of a project, without its key. 404 where there is none. */
        get: operations["show_internal_ca"];
        put?: never;
        /** Gives a project an internal CA. Its key is made here and never leaves the cluster. */
        post: operations["create_internal_ca"];
        /** Takes the internal CA of a project away, with everything that it has issued. Refused while a trust store of the configuration has it. */
        delete: operations["delete_internal_ca"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca/ca.pem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The certificate of the internal CA, as a file. */
        get: operations["download_internal_ca"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the internal CA has issued, the newest first, without keys. */
        get: operations["list_internal_certificates"];
        put?: never;
        /** Issues a certificate of a client. Its private key is in this answer, and kept nowhere. */
        post: operations["issue_internal_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca/certificates/{serial}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One certificate that the internal CA has issued, without its key. */
        get: operations["show_internal_certificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca/certificates/{serial}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes a certificate, for ever. When this is answered, `crl.pem` has it. */
        post: operations["revoke_internal_certificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/internal-ca/crl.pem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The list of revoked certificates that holds, as a file. It is made anew long before it ends. */
        get: operations["download_internal_crl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/listeners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The listeners of a project, by slug: where its proxies listen. */
        get: operations["list_listeners"];
        put?: never;
        /** Makes a listener. */
        post: operations["create_listener"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/listeners/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A listener. */
        get: operations["show_listener"];
        /** Says what a listener is from now on. What is absent is as it usually is; nothing is written when it says so already. */
        put: operations["replace_listener"];
        post?: never;
        /** Takes a listener away. */
        delete: operations["delete_listener"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/middlewares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The middlewares of a project, by slug: what happens on the way, for several services. */
        get: operations["list_middlewares"];
        put?: never;
        /** Makes a middleware. */
        post: operations["create_middleware"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/middlewares/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A middleware. */
        get: operations["show_middleware"];
        /** Says what a middleware is from now on. What is absent is as it usually is; nothing is written when it says so already. */
        put: operations["replace_middleware"];
        post?: never;
        /** Takes a middleware away that nothing names. */
        delete: operations["delete_middleware"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/node-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups of a project, all of them, by name. */
        get: operations["list_node_groups"];
        put?: never;
        /** Makes a group of nodes: named one by one, by a rule on labels, or both. */
        post: operations["create_node_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/node-groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group with its nodes. */
        get: operations["show_node_group"];
        put?: never;
        post?: never;
        /** Takes a group away. Its nodes stay what they are. */
        delete: operations["delete_node_group"];
        options?: never;
        head?: never;
        /** Changes a group. Rollouts that are planned already keep their nodes. */
        patch: operations["update_node_group"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Nodes of a project, by name. */
        get: operations["list_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrols a node. Its key is shown in this answer and never again. */
        post: operations["register_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Nodes of a project in numbers. */
        get: operations["show_node_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One node. */
        get: operations["show_node"];
        put?: never;
        post?: never;
        /** Removes a node. Its proxy keeps serving what it has. */
        delete: operations["delete_node"];
        options?: never;
        head?: never;
        /** Changes what operators set of a node: labels, weight, pin, slot, environment. Moves nothing: what it runs, it goes on running. */
        patch: operations["update_node"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a node's agent told, newest first. */
        get: operations["list_node_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/{id}/runtime-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configuration that a node really runs, and how it differs from what it was assigned. */
        get: operations["show_runtime_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/nodes/{id}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why a node is, or is not, on a generation: its facts, and everything that has to do with them, the most decisive first. */
        get: operations["explain_node"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project at a glance. */
        get: operations["show_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/promotion-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The promotion rules of a project, with what came of each last. */
        get: operations["list_promotion_rules"];
        put?: never;
        /** Has what was completed in one environment go on to another one by itself. Whoever makes the rule counts as the author of its rollouts. */
        post: operations["create_promotion_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/promotion-rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a promotion rule. What it has started goes on. */
        delete: operations["delete_promotion_rule"];
        options?: never;
        head?: never;
        /** Changes a promotion rule: its delay, its conditions, whether it does anything. */
        patch: operations["update_promotion_rule"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollout-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates of a project, all of them: the default first, then by name. */
        get: operations["list_rollout_templates"];
        put?: never;
        /** Makes a template: where and how rollouts go, but for their bundle, time and reasons. */
        post: operations["create_rollout_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollout-templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A template. */
        get: operations["show_rollout_template"];
        put?: never;
        post?: never;
        /** Takes a template away. Rollouts that were made from it stay as they are. */
        delete: operations["delete_rollout_template"];
        options?: never;
        head?: never;
        /** Changes a template. Rollouts that were made from it stay as they are. */
        patch: operations["update_rollout_template"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rollouts of a project, newest first. */
        get: operations["list_rollouts"];
        put?: never;
        /** Starts a rollout. */
        post: operations["create_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a rollout would do if it were started now. */
        post: operations["plan_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/rehearse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The course that a rollout would take, played on a copy of the project. Nothing is written. */
        post: operations["rehearse_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A rollout with its steps and nodes. */
        get: operations["show_rollout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets the next step begin of a rollout whose steps wait for a person. */
        post: operations["advance_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agrees to a rollout that waits for approvals. People only, and never who asked for it. */
        post: operations["approve_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/break-glass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a rollout through every freeze. Administrators only, in person. */
        post: operations["break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a rollout where it is. */
        post: operations["cancel_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Holds a rollout. */
        post: operations["pause_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses a rollout that waits for approvals, for good. People only. */
        post: operations["reject_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a held rollout go on. */
        post: operations["resume_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/rollouts/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a rollout back. */
        post: operations["rollback_rollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secrets of a project, all of them, without their values. */
        get: operations["list_secrets"];
        put?: never;
        /** Makes a secret, for all nodes or for those of an environment. */
        post: operations["create_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/secrets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A secret without its value, and what of the configuration names it. */
        get: operations["show_secret"];
        put?: never;
        post?: never;
        /** Takes a secret away, with all of its versions. Refused while the configuration names it and no other value would stand in. */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        /** Says something else of what a secret is for. */
        patch: operations["update_secret"];
        trace?: never;
    };
    "/api/v1/projects/{slug}/secrets/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a secret another value: its next version. The last five are kept, sealed; nothing shows them. */
        post: operations["rotate_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The services of a project, by slug: which requests go where, and what happens on the way. */
        get: operations["list_services"];
        put?: never;
        /** Makes a service. */
        post: operations["create_service"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/services/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A service. */
        get: operations["show_service"];
        /** Says what a service is from now on. What is absent is as it usually is; nothing is written when it says so already. */
        put: operations["replace_service"];
        post?: never;
        /** Takes a service away. */
        delete: operations["delete_service"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/simulator": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The simulator of a project, or what one would be like. */
        get: operations["show_simulator"];
        /** Starts the simulator of a sandbox, or changes what its nodes are like while it runs. */
        put: operations["set_simulator"];
        post?: never;
        /** Stops the simulator of a sandbox. Its nodes are removed one by one. */
        delete: operations["stop_simulator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/trust-stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The trust stores of a project, by slug: certificates that are trusted. */
        get: operations["list_trust_stores"];
        put?: never;
        /** Makes a trust store. */
        post: operations["create_trust_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/trust-stores/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A trust store. */
        get: operations["show_trust_store"];
        /** Says what a trust store is from now on; nothing is written when it says so already. */
        put: operations["replace_trust_store"];
        post?: never;
        /** Takes a trust store away that nothing names. */
        delete: operations["delete_trust_store"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/upstream-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The upstream groups of a project, by slug: where requests go. */
        get: operations["list_upstream_groups"];
        put?: never;
        /** Makes an upstream group. */
        post: operations["create_upstream_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{slug}/upstream-groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An upstream group, with its targets. */
        get: operations["show_upstream_group"];
        /** Says what an upstream group is from now on. What is absent is as it usually is; nothing is written when it says so already. */
        put: operations["replace_upstream_group"];
        post?: never;
        /** Takes an upstream group away that nothing names. */
        delete: operations["delete_upstream_group"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Services to begin with, with what each leaves out and why. */
        get: operations["list_service_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-templates/{name}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the document of a service by a template, and keeps nothing: it is added to what a project has by `config/apply?prune=false`. */
        post: operations["fill_service_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and what they may do where. */
        get: operations["show_session"];
        put?: never;
        /** Signs in. As a cookie by default; with `"as": "token"` in the body, for programs. */
        post: operations["create_session"];
        /** Signs out. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes the password of the person who is signed in. Their other sessions end. */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description From which addresses requests may come. */
        AccessControl: {
            /** @description Only from these: addresses, or networks such as `10.0.0.0/8`. Empty: from everywhere. */
            allow?: string[];
            /** @description Never from these. */
            deny?: string[];
        };
        /** @description A line for each request. */
        AccessLog: {
            /** @description What a line looks like; usually JSON. */
            format?: components["schemas"]["AccessLogFormat"];
            /** @description Where it is written on the node. Its directory must exist there. */
            path: string;
        };
        /**
         * @description What a line of the access log looks like.
         * @enum {string}
         */
        AccessLogFormat: "json" | "combined";
        /** @description What went wrong with an order. */
        AcmeFailure: {
            /**
             * Format: date-time
             * @description When it last did.
             */
            at: string;
            /** @description In words, mostly those of the certificate authority. */
            reason: string;
            /**
             * Format: int32
             * @description How often in a row.
             */
            times: number;
        };
        /**
         * @description How far a certificate is that a certificate authority issues.
         * @enum {string}
         */
        AcmeStatus: "pending" | "ordered" | "issued" | "failed";
        /**
         * @description How far an activation came.
         * @enum {string}
         */
        ActivationStage: "download" | "verify" | "stage" | "test" | "activate" | "prove";
        /**
         * @description Kinds of actors.
         * @enum {string}
         */
        ActorType: "user" | "api_key" | "node" | "system" | "anonymous";
        /** @description A credential for programs. */
        ApiKey: {
            /**
             * Format: uuid
             * @description Who made it. It stops working when that person leaves the org.
             */
            created_by_id: string;
            /**
             * Format: date-time
             * @description No use after this time.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description First eight characters of the key. */
            key_prefix: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: uuid
             * @description The org in which it acts.
             */
            org_id: string;
            /**
             * Format: uuid
             * @description The only project that it reaches; null: every project of the org.
             */
            project_id?: string | null;
            /** @description Slug of that project. */
            project_slug?: string | null;
            /**
             * Format: date-time
             * @description Set: revoked then.
             */
            revoked_at?: string | null;
            /** @description What it may do. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description One API key. */
        ApiKeyBody: {
            /** @description The key. */
            api_key: components["schemas"]["ApiKey"];
        };
        /** @description A new API key. */
        ApiKeyCreate: {
            /**
             * Format: date-time
             * @description No use after this time.
             */
            expires_at?: string | null;
            /** @description Display name. */
            name: string;
            /** @description Slug of the org; may be absent when the caller belongs to exactly one. */
            org?: string | null;
            /** @description Slug of the only project that it shall reach. */
            project?: string | null;
            /** @description What it may do; at least one. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description A key as it was made, with its text. This is the only time that the text is shown. */
        ApiKeyCreated: components["schemas"]["ApiKey"] & {
            /** @description For `Authorization: Bearer`. */
            key: string;
        };
        /** @description API keys of an org. */
        ApiKeyList: {
            /** @description Oldest first. */
            api_keys: components["schemas"]["ApiKey"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description How many people must agree to which rollouts. The rule that asks for most counts. */
        ApprovalRule: {
            /**
             * Format: int32
             * @description How many people.
             */
            approvals: number;
            risk_at_least?: components["schemas"]["RiskLevel"] | null;
        };
        /** @description That a middleware happens to a service, in its place among the others. */
        Attachment: {
            /** @description Whether it happens here. */
            enabled?: boolean;
            /** @description The middleware's slug. */
            middleware: string;
        };
        /** @description Who acted. */
        AuditActor: {
            /** @description Id; empty for nobody. */
            id: string;
            /** @description Name as it is now; the id when the actor is gone. */
            name: string;
            /** @description Kind. */
            type: components["schemas"]["ActorType"];
        };
        /** @description One committed change. */
        AuditEntry: {
            /** @description What, as `noun.verb_in_the_past`. */
            action: string;
            /** @description Who. */
            actor: components["schemas"]["AuditActor"];
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description What changed, by field. */
            changes: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Index in the replicated log.
             */
            log_index: number;
            /**
             * Format: uuid
             * @description In which project it lies.
             */
            project_id?: string | null;
            /**
             * Format: uuid
             * @description The request that made it.
             */
            request_id: string;
            /** @description Its id. */
            resource_id: string;
            /** @description Kind of the object. */
            resource_type: string;
            /**
             * Format: int64
             * @description Place in the log of changes; dense, from one, over the whole cluster.
             */
            seq: number;
        };
        /** @description Changes, newest first. */
        AuditList: {
            /** @description Newest first. */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins; null at the end. With filters a page may be short or empty and still have a next one. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A backup that is known to be good. */
        Backup: {
            /**
             * Format: int64
             * @description Newest log index in its state.
             */
            index: number;
            /** @description Where it is. */
            place: string;
            /**
             * Format: int64
             * @description Bytes of the file.
             */
            size_bytes: number;
            /**
             * Format: date-time
             * @description When its state was taken.
             */
            taken_at: string;
            /**
             * Format: date-time
             * @description When it was last read from front to back and found whole; null when nobody has yet.
             */
            verified_at?: string | null;
        };
        /** @description A backup in an answer. */
        BackupBody: {
            /** @description The backup. */
            backup: components["schemas"]["Backup"];
        };
        /** @description A backup is safe where it shall be. */
        BackupNote: {
            /**
             * Format: int64
             * @description Newest log index in its state, as its bytes came with.
             */
            index: number;
            /** @description Where it is, in words or as a URL. Never with a credential. */
            place: string;
            /**
             * Format: int64
             * @description Bytes of the file.
             */
            size_bytes: number;
            /**
             * Format: date-time
             * @description When its state was taken, as its bytes came with.
             */
            taken_at: string;
            /**
             * Format: date-time
             * @description When somebody read it from front to back and found it whole.
             */
            verified_at?: string | null;
        };
        /**
         * @description What is wrong with the bundle, in a word.
         * @enum {string}
         */
        BadBundle: "fails" | "errors" | "slow";
        /**
         * @description Which target a request goes to.
         * @enum {string}
         */
        BalancingAlgorithm: "round_robin" | "weighted" | "random" | "power_of_two_choices" | "adaptive" | "least_conn" | "ip_hash" | "consistent_hash";
        /** @description How the traffic moves. */
        BlueGreenConfig: {
            /**
             * Format: int32
             * @description How long each share is observed, in seconds.
             * @default 60
             */
            bake_seconds: number;
            /**
             * @description Share of the traffic that the slot with the new bundle gets in each step, in percent: growing, the last one 100.
             * @default [
             *       10,
             *       50,
             *       100
             *     ]
             * @example [
             *       10,
             *       50,
             *       100
             *     ]
             */
            traffic_steps: number[];
        };
        /** @description Somebody let a rollout through every freeze. */
        BreakGlass: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who. */
            by: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A compiled, signed configuration. */
        Bundle: {
            /** @description The certificates that its listeners show: nodes that run it are handed them with their keys. */
            certificates: string[];
            /** @description SHA-256 of the archive, hexadecimal. */
            checksum: string;
            /**
             * Format: int64
             * @description The revision of the project's configuration that it was made of; null when it was made of a text.
             */
            config_revision?: number | null;
            /** @description Who made it. */
            created_by: string;
            /** @description The same as `checksum`. */
            digest: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description SHA-256 of `manifest.json`: what the signature covers. */
            manifest_digest: string;
            /**
             * Format: uuid
             * @description The project it belongs to.
             */
            project_id: string;
            /** @description How dangerous the change against what the fleet ran then is. */
            risk_level: components["schemas"]["RiskLevel"];
            /** @description Why, one stable word per finding. */
            risk_reasons: string[];
            /** @description The secrets that it names: nodes that run it are handed their values. */
            secrets: string[];
            /** @description Ed25519, base64. */
            signature: string;
            /** @description It has a signature. */
            signed: boolean;
            /** @description The key that signed. */
            signing_key_id: string;
            /**
             * Format: int64
             * @description Size of the archive in bytes.
             */
            size_bytes: number;
            /** @description Where it is in its life. */
            status: components["schemas"]["BundleStatus"];
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Unique in the project. */
            version: string;
            /** @description What the validator warned about. */
            warnings: string[];
        };
        /** @description Nodes that shall run a bundle. */
        BundleAssign: {
            /** @description The nodes, all of the bundle's project and owned by no rollout. */
            node_ids: string[];
        };
        /** @description The bundle was assigned. */
        BundleAssigned: {
            /**
             * Format: int64
             * @description To so many nodes.
             */
            assigned: number;
        };
        /** @description One bundle. */
        BundleBody: {
            /** @description The bundle. */
            bundle: components["schemas"]["Bundle"];
        };
        /** @description A new bundle. */
        BundleCreate: {
            /**
             * @description Configuration of the proxy in KDL, with `${node.NAME}` where nodes differ. When absent, the bundle is made of the configuration that
             *     the project has.
             */
            config_source?: string | null;
            /** @description Unique in the project. */
            version: string;
        };
        /** @description A bundle as it was made. */
        BundleCreated: {
            /** @description The bundle. */
            bundle: components["schemas"]["Bundle"];
            /**
             * Format: uuid
             * @description The same as `bundle.id`.
             */
            id: string;
            /**
             * Format: uuid
             * @description The same as `bundle.project_id`.
             */
            project_id: string;
            /** @description The same as `bundle.status`. */
            status: components["schemas"]["BundleStatus"];
            /** @description The same as `bundle.version`. */
            version: string;
        };
        /** @description The difference of two bundles' sources. */
        BundleDiff: {
            /**
             * Format: int64
             * @description Lines that came.
             */
            additions: number;
            /**
             * Format: uuid
             * @description The older bundle.
             */
            against: string;
            /**
             * Format: int64
             * @description Lines that went.
             */
            deletions: number;
            /** @description Unified diff. */
            diff: string;
        };
        /** @description How to get the archive. */
        BundleDownload: {
            /** @description SHA-256 of the archive, hexadecimal. */
            checksum: string;
            /** @description Path of the archive at any member. */
            download_url: string;
            /** @description SHA-256 of `manifest.json`, hexadecimal. */
            manifest_digest: string;
            /** @description Ed25519 over the manifest digest, base64. */
            signature: string;
            /** @description The key that signed. */
            signing_key_id: string;
            /**
             * Format: int64
             * @description Size of the archive in bytes.
             */
            size: number;
        };
        /** @description Bundles of a project. */
        BundleList: {
            /** @description Newest first. */
            bundles: components["schemas"]["Bundle"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A bundle's text. */
        BundleSource: {
            /** @description As nodes get it. */
            compiled_source: string;
            /** @description As the operator wrote it. */
            config_source: string;
            /** @description `manifest.json` of the archive. */
            manifest: Record<string, never>;
        };
        /**
         * @description Where a bundle is in its life.
         * @enum {string}
         */
        BundleStatus: "compiled" | "revoked";
        /** @description A configuration to look at without keeping it. */
        BundleValidate: {
            /** @description Configuration of the proxy in KDL. */
            config_source: string;
            /** @description Set: also compile it as this version, without keeping it, and tell the digest that the archive would have. */
            version?: string | null;
        };
        /** @description What the validator found. */
        BundleValidation: {
            /** @description SHA-256 of the archive that would be made. Only when a version was named. */
            checksum?: string | null;
            /** @description Why not. */
            problems: components["schemas"]["Problem"][];
            /** @description A bundle could be made of it. */
            valid: boolean;
            /** @description What to look at. */
            warnings: components["schemas"]["Problem"][];
        };
        /** @description Whether the stored bytes are what was signed. */
        BundleVerification: {
            /** @description The key that signed. */
            key_id?: string | null;
            /** @description It has a signature. */
            signed: boolean;
            /** @description Archive, manifest, every file and the signature agree. */
            verified: boolean;
        };
        /** @description Which answers the proxy keeps, and how long. */
        CachePolicy: {
            /** @description Endings of paths that are never kept, without the dot. */
            exclude_extensions?: string[];
            /** @description Paths that are never kept; `*` stands for anything but `/`, `**` for anything. */
            exclude_paths?: string[];
            /** @description Parts of the query that make no difference. */
            ignore_query?: string[];
            /**
             * Format: int64
             * @description Largest answer that is kept, in bytes; any unless given.
             */
            max_bytes?: number | null;
            /** @description Methods; usually GET and HEAD. */
            methods?: string[];
            /** @description Also answers that are marked as private. */
            private?: boolean;
            /**
             * Format: int64
             * @description How long an old answer is given while the upstream fails, in seconds; usually 0.
             */
            stale_if_error_seconds?: number;
            /**
             * Format: int64
             * @description How long an old answer is given while a new one is fetched, in seconds; usually 0.
             */
            stale_while_revalidate_seconds?: number;
            /** @description Status codes; usually 200, 203, 204, 300, 301, 308, 404 and 410. */
            statuses?: number[];
            /**
             * Format: int64
             * @description How long an answer is kept that does not say so itself, in seconds; usually 300.
             */
            ttl_seconds?: number;
            /** @description Headers of requests that answers differ by. */
            vary?: string[];
        };
        /** @description Where kept answers are kept: in memory. */
        CacheStore: {
            /**
             * Format: int64
             * @description Most bytes; usually 100 MiB.
             */
            max_bytes?: number;
            /** @description Whether answers say if they were kept, by a header `Cache-Status` ([RFC 9211](https://www.rfc-editor.org/rfc/rfc9211)). */
            status_header?: boolean;
        };
        /** @description What a project is up to in a time. */
        Calendar: {
            /**
             * Format: date-time
             * @description From when on nothing is left out.
             */
            complete_from: string;
            /**
             * Format: date-time
             * @description Until when nothing is left out.
             */
            complete_to: string;
            /** @description In the order of their beginnings. What began before `from` and lasts longer is among them. */
            entries: components["schemas"]["CalendarEntry"][];
            /**
             * Format: date-time
             * @description From when.
             */
            from: string;
            /**
             * Format: date-time
             * @description Until when; this moment is not part of it.
             */
            to: string;
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
            /** @description Something is left out: it has all of what lies between `complete_from` and `complete_to` only. */
            truncated: boolean;
        };
        /** @description A freeze that holds what is to begin in it. */
        CalendarConflict: {
            /** @description In words. */
            reason: string;
            /**
             * Format: date-time
             * @description When nothing holds it any more, as far as is known now.
             */
            until: string;
        };
        /** @description Something that has a place in time. */
        CalendarEntry: {
            conflict?: components["schemas"]["CalendarConflict"] | null;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /**
             * Format: date-time
             * @description From when.
             */
            from: string;
            /**
             * Format: uuid
             * @description The rollout, the freeze window or the promotion rule.
             */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["CalendarKind"];
            state?: components["schemas"]["RolloutState"] | null;
            /** @description In a few words. */
            title: string;
            /**
             * Format: date-time
             * @description Until when; null: it is under way, or a moment.
             */
            to?: string | null;
            /** @description Why: the reason of a freeze, what a rollout waits for or what stopped it. */
            why?: string | null;
        };
        /**
         * @description What an entry is.
         * @enum {string}
         */
        CalendarKind: "freeze" | "scheduled" | "rollout" | "promotion";
        /** @description The nodes with the new bundle, compared with the others. */
        CanaryAnalysis: {
            /**
             * Format: date-time
             * @description The newest look.
             */
            analyzed_at: string;
            /**
             * Format: double
             * @description How much is enough to go back.
             */
            bound: number;
            /** @description Nodes with the new bundle, in this step. */
            canary: components["schemas"]["CanaryTraffic"];
            /** @description Nodes without it, at the same time. */
            control: components["schemas"]["CanaryTraffic"];
            /** @description How it came to this, oldest first; at most 240 points. */
            course: components["schemas"]["CanaryLook"][];
            /**
             * Format: double
             * @description What speaks for a higher share of errors, to one: 1 is nothing.
             */
            error_evidence: number;
            /**
             * Format: int64
             * @description How many looks were taken in this rollout.
             */
            looks: number;
            /**
             * Format: date-time
             * @description The first look of this step.
             */
            since: string;
            /**
             * Format: double
             * @description Answers that took longer are slow, in milliseconds; null: latency was not measured so far.
             */
            slow_above_ms?: number | null;
            /**
             * Format: double
             * @description What speaks for a higher share of slow answers, to one: 1 is nothing.
             */
            slow_evidence: number;
            /**
             * Format: int32
             * @description The step that it is about.
             */
            step_index: number;
            /** @description What it says. */
            verdict: components["schemas"]["CanaryVerdict"];
        };
        /** @description How a canary goes on and what it is judged by. */
        CanaryConfig: {
            /**
             * Format: int32
             * @description How long both groups are compared in each step, in seconds.
             * @default 60
             */
            bake_seconds: number;
            /**
             * Format: double
             * @description Probability with which a bundle that is no worse is not taken back, over the whole rollout; 0.8 to 0.9999.
             * @default 0.99
             */
            confidence_level: number;
            /**
             * Format: double
             * @description By how many percentage points the share of 5xx answers may be higher than that of nodes without the bundle.
             * @default 0.1
             */
            max_error_rate_rise: number;
            /**
             * Format: double
             * @description By how many percentage points the share of slow answers may be higher than that of nodes without the bundle, of whose answers
             *     one in a hundred is slow; null: latency is not compared.
             * @default 1
             */
            max_slow_rise: number | null;
            /**
             * Format: int32
             * @description Fewest requests of either group in a step. With fewer it waits, until its deadline; it never passes.
             * @default 500
             */
            min_requests: number;
            /**
             * @description Share of the nodes that have the bundle in each step, in percent: growing, the last one 100.
             * @default [
             *       5,
             *       25,
             *       50,
             *       100
             *     ]
             * @example [
             *       5,
             *       25,
             *       50,
             *       100
             *     ]
             */
            steps: number[];
        };
        /** @description A point in the course of a comparison. */
        CanaryLook: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Nodes with the new bundle, since the point before. */
            canary: components["schemas"]["CanaryTraffic"];
            /** @description Nodes without it. */
            control: components["schemas"]["CanaryTraffic"];
            /**
             * Format: double
             * @description What spoke for a higher share of errors then.
             */
            error_evidence: number;
            /**
             * Format: double
             * @description What spoke for a higher share of slow answers then.
             */
            slow_evidence: number;
            /**
             * Format: int32
             * @description In which step.
             */
            step_index: number;
        };
        /** @description The requests of one group of nodes. */
        CanaryTraffic: {
            /**
             * Format: int64
             * @description Of these, with a 5xx.
             */
            errors: number;
            /**
             * Format: int64
             * @description Answered.
             */
            requests: number;
            /**
             * Format: int64
             * @description Of these, slow.
             */
            slow: number;
            /**
             * Format: int64
             * @description Those whose latency was measured.
             */
            timed: number;
        };
        /**
         * @description What a comparison says.
         * @enum {string}
         */
        CanaryVerdict: "gathering" | "fair" | "worse";
        /** @description Who decided on an assignment. */
        Cause: {
            /**
             * Format: uuid
             * @description The drift for which it was asserted again, where it was.
             */
            drift_event_id?: string | null;
            /**
             * Format: uuid
             * @description The rollout, where one decided.
             */
            rollout_id?: string | null;
            /** @description In a word. */
            type: components["schemas"]["CauseKind"];
        };
        /**
         * @description Kinds of [`Cause`].
         * @enum {string}
         */
        CauseKind: "direct" | "baseline" | "rollout" | "rollback";
        /** @description A certificate, without its key: nothing shows that. */
        Certificate: {
            acme?: components["schemas"]["CertificateAcme"] | null;
            /** @description Who made it. */
            created_by: string;
            current?: components["schemas"]["CertificateVersion"] | null;
            /** @description What it is for. */
            description: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description What the project calls it. It never changes. */
            slug: string;
            /** @description Where its versions come from. */
            source: components["schemas"]["CertificateSource"];
            /**
             * Format: date-time
             * @description When anything of it last changed.
             */
            updated_at: string;
            /** @description The versions that are kept, the newest first, at most five. */
            versions: components["schemas"]["CertificateVersion"][];
        };
        /** @description What is asked of a certificate authority, and how far that is. */
        CertificateAcme: {
            /** @description Whom the certificate authority writes to. */
            contact: string;
            /** @description Who vouches for the directory, in PEM, and nobody else; null: who vouches for everybody. */
            directory_ca?: string | null;
            /** @description Where the certificate authority begins: its directory. */
            directory_url: string;
            /** @description The names that it shall be for. */
            domains: string[];
            /** @description Id of the external account that the project's account is bound to. */
            external_key_id?: string | null;
            failure?: components["schemas"]["AcmeFailure"] | null;
            /**
             * Format: date-time
             * @description When the next order is made, be it to renew or after a failure; null while one is under way.
             */
            next_attempt_at?: string | null;
            /** @description How far it is. */
            state: components["schemas"]["AcmeStatus"];
        };
        /** @description One certificate with its chain. */
        CertificateBody: {
            /** @description The certificate. */
            certificate: components["schemas"]["Certificate"];
            /** @description The chain of the version that holds, in PEM. */
            chain?: string | null;
            /** @description What whoever wants to serve with it should know, after it was made or replaced. */
            warnings: string[];
        };
        /** @description A certificate to add. */
        CertificateCreate: {
            /** @description The chain in PEM: the server's own certificate first, behind each one the one that signed it. At most ten, and 65,536 bytes. */
            chain: string;
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /**
             * Format: password
             * @description The private key of the first one in PEM, not encrypted, at most 16,384 bytes. Nothing ever shows it again.
             */
            key: string;
            /** @description What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens. */
            slug: string;
        };
        /** @description An account outside ACME, to which the ACME account is bound. */
        CertificateExternalAccount: {
            /**
             * Format: password
             * @description Its HMAC key in Base64 for URLs, as the certificate authority has given it. Nothing ever shows it again.
             */
            hmac_key: string;
            /** @description Its id, as the certificate authority has given it. */
            key_id: string;
        };
        /** @description The certificates of a project, all of them. */
        CertificateList: {
            /** @description By slug. */
            certificates: components["schemas"]["Certificate"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description Another chain and key for a certificate: its next version. */
        CertificateReplace: {
            /** @description The chain from now on, in PEM: the server's own certificate first. At most ten, and 65,536 bytes. */
            chain: string;
            /**
             * Format: password
             * @description The private key of the first one in PEM, not encrypted, at most 16,384 bytes. Nothing ever shows it again.
             */
            key: string;
        };
        /** @description A certificate that a certificate authority shall issue, by ACME. */
        CertificateRequest: {
            /** @description E-mail address that the certificate authority writes to. */
            contact: string;
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /** @description Who vouches for the directory, in PEM, and nobody else: for certificate authorities of one's own. */
            directory_ca?: string | null;
            /** @description Directory of the certificate authority, over HTTPS; that of Let's Encrypt when absent. */
            directory_url?: string | null;
            /** @description The names that it shall be for, 1 to 100 whole DNS names. Each must lead to nodes or members over HTTP, on port 80. */
            domains: string[];
            external_account?: components["schemas"]["CertificateExternalAccount"] | null;
            /** @description What the project calls it from now on: 1 to 50 lower-case letters, digits and inner hyphens. */
            slug: string;
        };
        /**
         * @description Where the versions of a certificate come from.
         * @enum {string}
         */
        CertificateSource: "uploaded" | "acme";
        /** @description What to change of a certificate beside chain and key. */
        CertificateUpdate: {
            /** @description What it is for, at most 1,000 characters. */
            description: string;
        };
        /** @description What a certificate is or was: the first one of the chain, the server's own. */
        CertificateVersion: {
            /** @description By whom this version was made. */
            created_by: string;
            /**
             * Format: int64
             * @description Whole days until then; negative when it has ended.
             */
            days_left: number;
            /** @description SHA-256 of its DER, in hexadecimal digits. */
            fingerprint: string;
            /**
             * Format: date-time
             * @description When this version was made.
             */
            inserted_at: string;
            /** @description Who issued it. */
            issuer: string;
            /** @description The kind of its key, such as `ECDSA P-256`. */
            key_type: string;
            /** @description The names and addresses that it is for (subject alternative names), in lower case. */
            names: string[];
            /**
             * Format: date-time
             * @description Until when it holds.
             */
            not_after: string;
            /**
             * Format: date-time
             * @description From when it holds.
             */
            not_before: string;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            version: number;
        };
        /**
         * @description How something is asked.
         * @enum {string}
         */
        CheckMethod: "GET" | "HEAD";
        /** @description How a check does in the step that is observed, or was last, as the member that leads has told it. */
        CheckResult: {
            /**
             * Format: date-time
             * @description When that was.
             */
            checked_at?: string | null;
            /** @description Why it has not passed. */
            error?: string | null;
            /**
             * Format: int32
             * @description How often it has failed in a row.
             */
            failures: number;
            /**
             * Format: int32
             * @description How long that took.
             */
            latency_ms?: number | null;
            /** @description Which one. */
            name: string;
            /**
             * Format: int32
             * @description How often it has passed in a row since the step began, or since another member leads.
             */
            passes: number;
            /**
             * Format: int32
             * @description Status of the newest answer.
             */
            status?: number | null;
            /**
             * Format: int32
             * @description The step, from zero; null before it was made.
             */
            step_index?: number | null;
        };
        /** @description A target that keeps failing gets no requests for a while. */
        CircuitBreaker: {
            /**
             * Format: int32
             * @description Failures in a row until it gets none; usually 5.
             */
            failure_threshold?: number;
            /**
             * Format: int32
             * @description How many requests try it after that; usually 1.
             */
            half_open_requests?: number;
            /**
             * Format: int64
             * @description For how long it gets none, in seconds; usually 30.
             */
            open_seconds?: number;
            /**
             * Format: int32
             * @description Successes in a row until it is trusted again; usually 2.
             */
            success_threshold?: number;
        };
        /** @description The cluster. */
        Cluster: {
            /**
             * Format: int64
             * @description Newest log index that it has applied.
             */
            applied: number;
            backup?: components["schemas"]["Backup"] | null;
            /**
             * Format: uuid
             * @description Identity of this formation; null before the first command.
             */
            cluster_id?: string | null;
            /**
             * Format: int64
             * @description Newest committed log index that the answering member knows.
             */
            committed: number;
            /**
             * Format: int64
             * @description Grows when the cluster is restored from a backup, or goes on without a majority that was lost.
             */
            epoch?: number;
            epoch_began?: components["schemas"]["EpochBeginning"] | null;
            /** @description What a look at all of it found, the gravest first; what is well is among it. */
            findings: components["schemas"]["Finding"][];
            /**
             * Format: date-time
             * @description When it was formed.
             */
            formed_at?: string | null;
            /**
             * Format: int64
             * @description The leader, if there is one.
             */
            leader?: number | null;
            /** @description What its log may hold, and what it could. */
            level?: components["schemas"]["ClusterLevel"];
            /**
             * Format: int64
             * @description The member that answers.
             */
            member_id: number;
            /** @description All members. */
            members: components["schemas"]["ClusterMember"][];
            /**
             * Format: int64
             * @description Log index of its newest snapshot.
             */
            snapshot: number;
            /**
             * Format: int64
             * @description Raft term.
             */
            term: number;
            /** @description Why a write cannot commit now; null when it can. */
            unready?: string | null;
            /** @description Version of the member that answers. */
            version: string;
        };
        /** @description What the cluster's log may hold. A member whose binary knows less than the cluster's level is refused. */
        ClusterLevel: {
            /** @description Who keeps it from being raised, and why. Empty when nobody knows more. */
            held_back: string[];
            /**
             * Format: int32
             * @description The highest level that every member knows.
             */
            known: number;
            /**
             * Format: int32
             * @description The level now.
             */
            now: number;
            /**
             * Format: int32
             * @description The level to which it can be raised now; null when somebody holds it back, or nobody knows more.
             */
            raise_to?: number | null;
        };
        /** @description One member. */
        ClusterMember: {
            /** @description This is the member that answers. */
            answering: boolean;
            /** @description Base URL for clients. */
            api_url: string;
            archives?: components["schemas"]["MemberArchives"] | null;
            disk?: components["schemas"]["MemberDisk"] | null;
            /**
             * Format: int64
             * @description Number.
             */
            id: number;
            /** @description Let in, and not yet taking the log in. */
            joining?: boolean;
            /** @description Leads now. */
            leader: boolean;
            /**
             * Format: int32
             * @description The highest cluster level that its binary knows; null when it never answered.
             */
            level?: number | null;
            /**
             * Format: int64
             * @description Newest log index known to be on its disk; null when it never answered.
             */
            matched?: number | null;
            /** @description `member-<id>`. */
            name: string;
            /** @description Address for other members. */
            peer_address: string;
            /**
             * Format: date-time
             * @description Since when it does not answer the member that answers you; null while it does.
             */
            silent_since?: string | null;
            /**
             * Format: int64
             * @description Its clock minus that of the member that answers you, in milliseconds.
             */
            skew_ms?: number | null;
            /** @description Version of its binary; null when it never answered, or is too old to say. */
            version?: string | null;
            /** @description Has a vote. */
            voter: boolean;
        };
        /** @description The `data` of an event `compacted`: some events are not there any more, so read what you show anew. */
        Compacted: {
            /** @description The stream goes on behind this place. */
            resumes_after: string;
        };
        /** @description A rollout has carried a bundle to every node of an environment that may have it. */
        Completion: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /** @description Who asked for that rollout. */
            by: string;
            /**
             * Format: uuid
             * @description The rollout that was completed last.
             */
            rollout_id: string;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description Which answers are compressed, and how. */
        Compression: {
            /** @description In this order of preference. */
            algorithms: components["schemas"]["CompressionAlgorithm"][];
            /**
             * Format: int64
             * @description Smallest answer that is compressed, in bytes; usually 1,024.
             */
            min_bytes?: number;
        };
        /**
         * @description How an answer is compressed.
         * @enum {string}
         */
        CompressionAlgorithm: "gzip" | "brotli" | "zstd";
        /**
         * @description What happens to an object.
         * @enum {string}
         */
        ConfigAction: "added" | "changed" | "removed";
        /** @description What came of a document that was applied. */
        ConfigApplied: {
            /**
             * Format: int64
             * @description How many objects are new.
             */
            added: number;
            /**
             * Format: int64
             * @description How many say something else.
             */
            changed: number;
            /** @description Each of them, by kind and slug. The answer to a request that comes again names the first 50 of each, without their fields. */
            changes: components["schemas"]["ConfigDifference"][];
            /** @description Nothing was written. */
            dry_run: boolean;
            /**
             * Format: int64
             * @description How many are gone.
             */
            removed: number;
            /**
             * Format: int64
             * @description The revision of the configuration since.
             */
            revision: number;
        };
        /** @description What the compiler says of a document. */
        ConfigChecked: {
            /** @description The features that it uses, such as `policy.retry`; empty when it is not valid. */
            needs: string[];
            /** @description Everything that is wrong, with its place. */
            problems: components["schemas"]["Problem"][];
            /** @description A bundle can be made of it. */
            valid: boolean;
        };
        /** @description What a document changes. */
        ConfigDiff: {
            /**
             * Format: int64
             * @description How many objects are new.
             */
            added: number;
            /**
             * Format: int64
             * @description How many say something else.
             */
            changed: number;
            /** @description Each of them, by kind and slug. */
            changes: components["schemas"]["ConfigDifference"][];
            /**
             * Format: int64
             * @description How many go.
             */
            removed: number;
            /**
             * Format: int64
             * @description The revision of the configuration that it was compared with.
             */
            revision: number;
        };
        /** @description One object that is not as it was. */
        ConfigDifference: {
            /** @description What happens to it. */
            action: components["schemas"]["ConfigAction"];
            /** @description Of an object that says something else, where: `retry.attempts`, `targets[2].weight`. At most 20. */
            fields: string[];
            /** @description Its kind. */
            kind: components["schemas"]["ConfigKind"];
            /** @description Its slug. */
            slug: string;
        };
        /**
         * @description The configuration of a project: what `config export` writes and `config apply` reads. Objects stand under their slugs, so two that
         *     say the same have the same bytes.
         */
        ConfigDocument: {
            /** @description Where the proxy listens, by slug. Without any it listens at `0.0.0.0:${node.http_port}`. */
            listeners?: {
                [key: string]: components["schemas"]["Listener"];
            };
            /** @description What happens on the way, by slug. */
            middlewares?: {
                [key: string]: components["schemas"]["Middleware"];
            };
            /** @description Which requests go where, by slug. */
            services?: {
                [key: string]: components["schemas"]["Service"];
            };
            settings?: components["schemas"]["ConfigSettings"] | null;
            /** @description Certificates that are trusted, by slug. */
            trust_stores?: {
                [key: string]: components["schemas"]["TrustStore"];
            };
            /** @description Where requests go, by slug. */
            upstream_groups?: {
                [key: string]: components["schemas"]["UpstreamGroup"];
            };
            /**
             * Format: int32
             * @description The format: 1.
             */
            version: number;
        };
        /**
         * @description The configuration of the proxy that comes of a document. What every bundle adds for itself is not in it: the listener for operations, and
         *     the route that proves which bundle runs.
         */
        ConfigGenerated: {
            /** @description SHA-256 of `json`, hexadecimal: the same for the same configuration. */
            digest: string;
            /** @description As the proxy reads it, indented; node variables stand in its addresses as they are written. */
            json: string;
            /** @description In the proxy's own language, for people to read; what that cannot say is a comment there. */
            kdl: string;
        };
        /** @description A description of an API, and how it is to be read. Without `apply` nothing is written. */
        ConfigImport: {
            /** @description `true`: change the configuration. Otherwise tell what would be changed, and write nothing. */
            apply?: boolean | null;
            /** @description What the paths begin with, such as `/v1`, or `/` for nothing; the path of the server unless given. */
            base_path?: string | null;
            by?: components["schemas"]["ConfigImportBy"] | null;
            /** @description On which hosts: names, or `*.example.com` for all below. Empty: new services are on all, and others stay where they are. */
            hosts?: string[];
            /** @description OpenAPI 3.0 or 3.1, as JSON or YAML; at most 4 MiB. Nothing that it refers to outside of itself is fetched. */
            openapi: string;
            /** @description What the slugs begin with, at most 30 characters; the document's title unless given. The same again finds what was made before. */
            prefix?: string | null;
            /** @description `true`: what an earlier import made and the document has no longer goes. Otherwise it stays, and is told. */
            prune?: boolean | null;
            /**
             * Format: int64
             * @description The revision of the configuration that was looked at; refused when it is another one by now.
             */
            revision?: number | null;
            /** @description The upstream group of all services that go to one, by slug; one of the document's first server unless given. */
            upstream_group?: string | null;
        };
        /**
         * @description What becomes one service.
         * @enum {string}
         */
        ConfigImportBy: "path" | "prefix";
        /** @description What is left out for one reason. */
        ConfigImportLeftOut: {
            /**
             * Format: int64
             * @description How often the document has it.
             */
            count: number;
            /** @description Where: paths, or names. At most 20. */
            places: string[];
            /** @description What it is. */
            what: string;
            /** @description Why, and what to do instead where that is known. */
            why: string;
        };
        /** @description What an import does with an object. */
        ConfigImportObject: {
            /** @description Of an object that is changed, where: `methods`, `route_path`. At most 20. */
            fields: string[];
            /** @description Its kind. */
            kind: components["schemas"]["ConfigKind"];
            /** @description Its slug. */
            slug: string;
            /** @description What becomes of it. */
            state: components["schemas"]["ConfigImportState"];
        };
        /**
         * @description What becomes of an object.
         * @enum {string}
         */
        ConfigImportState: "made" | "changed" | "unchanged" | "gone";
        /** @description What comes of a description of an API. */
        ConfigImported: {
            /** @description It was written; otherwise this is what would be. */
            applied: boolean;
            /**
             * Format: int64
             * @description How many were made by an earlier import, and are brought up to date.
             */
            changed: number;
            /** @description The objects that are made or changed, as a document; `config/apply?prune=false` takes it. */
            document: components["schemas"]["ConfigDocument"];
            /**
             * Format: int64
             * @description How many were made by an earlier import, and the document has no longer: they go with `prune`.
             */
            gone: number;
            /**
             * Format: int64
             * @description How many services it would be whose slug somebody else's service has: those are left alone.
             */
            left_alone: number;
            /** @description What the document says and no object can. */
            left_out: components["schemas"]["ConfigImportLeftOut"][];
            /**
             * Format: int64
             * @description How many objects are new.
             */
            made: number;
            /** @description Each of them, by kind and slug. The answer to a request that comes again names the first 50 of each, without those that are unchanged. */
            objects: components["schemas"]["ConfigImportObject"][];
            /** @description Its version of OpenAPI, such as `3.1.0`. */
            openapi_version: string;
            /** @description What the slugs begin with. */
            prefix: string;
            /**
             * Format: int64
             * @description The revision of the configuration that it was compared with; when it was written, the revision since.
             */
            revision: number;
            /** @description What the API is called. */
            title: string;
            /**
             * Format: int64
             * @description How many are as the document has them.
             */
            unchanged: number;
        };
        /**
         * @description What an object is. The number stands in keys of the state and is never reused.
         * @enum {string}
         */
        ConfigKind: "settings" | "listener" | "service" | "upstream_group" | "middleware" | "trust_store";
        /** @description What the compiler says of a document, and what the proxy would get. Nothing is kept. */
        ConfigPreview: {
            generated?: components["schemas"]["ConfigGenerated"] | null;
            /** @description The features that it uses, such as `policy.retry`; empty when it is not valid. */
            needs: string[];
            /** @description Everything that is wrong, with its place. */
            problems: components["schemas"]["Problem"][];
            /** @description A bundle can be made of it. */
            valid: boolean;
            /** @description What does not keep anybody from making a bundle, such as objects that nothing uses. */
            warnings: components["schemas"]["Problem"][];
        };
        /** @description What holds for the whole proxy; what is not given is as the proxy has it. */
        ConfigSettings: {
            access_log?: components["schemas"]["AccessLog"] | null;
            cache?: components["schemas"]["CacheStore"] | null;
            limits?: components["schemas"]["RequestLimits"] | null;
            /** @description What people call it. */
            name?: string;
            /**
             * Format: int32
             * @description Most requests per second of a whole node, of those that go to an upstream; none unless given.
             */
            requests_per_second?: number | null;
            /**
             * Format: int32
             * @description Threads that serve; one for each processor unless given.
             */
            worker_threads?: number | null;
        };
        /** @description One object. */
        ConfigSettingsBody: {
            /** @description What it says, and who changed that last. */
            config_settings: components["schemas"]["SettingsObject"];
        };
        /** @description Cross-origin resource sharing, as <https://fetch.spec.whatwg.org/#http-cors-protocol> has it. */
        CorsPolicy: {
            /** @description Whether pages may send cookies and credentials; not together with `*`. */
            allow_credentials?: boolean;
            /** @description Headers that pages may send. */
            allowed_headers?: string[];
            /** @description Methods; usually GET, HEAD and POST. */
            allowed_methods?: string[];
            /** @description Origins such as `https://shop.example.com`, or `*` for all. */
            allowed_origins: string[];
            /** @description Headers of answers that pages may read. */
            exposed_headers?: string[];
            /**
             * Format: int64
             * @description How long a browser may remember it, in seconds; usually 600.
             */
            max_age_seconds?: number;
        };
        /** @description What a node shall run, and who decided. */
        Desired: {
            /**
             * Format: date-time
             * @description When it was assigned.
             */
            at: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /** @description Who decided. */
            cause: components["schemas"]["Cause"];
            /**
             * Format: int64
             * @description The assignment's number; grows with every assignment of the node.
             */
            generation: number;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description One thing that differs. */
        Difference: {
            /** @description How. */
            kind: components["schemas"]["DifferenceKind"];
            /** @description Which file of the release, by its path there; `current` is the pointer to the release, `proxy` the process. */
            path: string;
            /** @description In words, where there are any. */
            words?: string;
        };
        /**
         * @description How a node differs from its assignment.
         * @enum {string}
         */
        DifferenceKind: "changed" | "missing" | "extra" | "not_running" | "other_generation";
        /** @description Drift of one node, from when it was noticed to its end. */
        DriftEvent: {
            /**
             * Format: uuid
             * @description The bundle that is at work, though not as it was assigned; null when none is.
             */
            actual_bundle_id?: string | null;
            /** @description Digest of what is there. */
            actual_hash: string;
            /** @description Why somebody has to look. */
            alarm?: string | null;
            /** @description SHA-256 of the configuration file that is there; null when there is none. */
            config_hash?: string | null;
            /**
             * Format: date-time
             * @description When it was noticed.
             */
            detected_at: string;
            /** @description What differs, at most 20. */
            differences: components["schemas"]["Difference"][];
            /**
             * Format: int64
             * @description How long it lasted, in seconds, or lasts.
             */
            duration_seconds: number;
            /**
             * Format: uuid
             * @description What it shall run.
             */
            expected_bundle_id: string;
            /** @description Digest of what should be there. */
            expected_hash: string;
            /** @description Version of that bundle; null when it is gone. */
            expected_version?: string | null;
            /**
             * Format: int64
             * @description The assignment's number.
             */
            generation: number;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was noticed.
             */
            inserted_at: string;
            /**
             * Format: int32
             * @description How many more differ.
             */
            more_differences: number;
            /**
             * Format: date-time
             * @description When something is done about it next, unless a rollout, a freeze or the node itself is in the way.
             */
            next_try_at?: string | null;
            /** @description Its host name; null when it is gone. */
            node_hostname?: string | null;
            /**
             * Format: uuid
             * @description The node.
             */
            node_id: string;
            /** @description Its name. */
            node_name: string;
            node_status?: components["schemas"]["NodeStatus"] | null;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /** @description Why. */
            reason?: string | null;
            resolution?: components["schemas"]["DriftResolution"] | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            resolved_at?: string | null;
            /** @description Who closed it. */
            resolved_by?: string | null;
            /** @description How much it matters. */
            severity: components["schemas"]["DriftSeverity"];
            /** @description Where it is. */
            state: components["schemas"]["DriftState"];
            /** @description What it comes to, in words. */
            summary: string;
            /**
             * Format: int32
             * @description How often the assignment was asserted again, tries of the last hour's drift of this node among them.
             */
            tries: number;
            /**
             * Format: date-time
             * @description When it changed last.
             */
            updated_at: string;
        };
        /** @description One event. */
        DriftEventBody: {
            /** @description The event. */
            drift_event: components["schemas"]["DriftEvent"];
        };
        /** @description Events of drift. */
        DriftEventList: {
            /** @description Newest first. */
            drift_events: components["schemas"]["DriftEvent"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description Exported events. */
        DriftExport: {
            /** @description Newest first. */
            drift_events: components["schemas"]["DriftEvent"][];
            /**
             * Format: date-time
             * @description When.
             */
            exported_at: string;
            /** @description The project. */
            project: components["schemas"]["ProjectRef"];
            /**
             * Format: int64
             * @description How many events.
             */
            total: number;
            /** @description There are more; narrow the time. */
            truncated: boolean;
        };
        /**
         * @description What a project does about drift.
         * @enum {string}
         */
        DriftRemediation: "off" | "reassert";
        /**
         * @description How drift ended.
         * @enum {string}
         */
        DriftResolution: "self" | "remediated" | "manual" | "superseded";
        /** @description Why drift is left as it is. */
        DriftResolve: {
            /** @description In words; kept with the event and in the audit log. */
            reason: string;
        };
        /** @description Why drift is left as it is that somebody has looked at. */
        DriftResolveAll: {
            /** @description In words; kept with each event and in the audit log. */
            reason: string;
            /**
             * Format: date-time
             * @description The newest `updated_at` of the events that were looked at. What began or changed later stays: nobody has seen that.
             */
            seen_until: string;
        };
        /** @description Drift was closed. */
        DriftResolvedAll: {
            /**
             * Format: int64
             * @description So many began or changed later.
             */
            later: number;
            /**
             * Format: int64
             * @description So many more were looked at and last: ask again.
             */
            left: number;
            /**
             * Format: int64
             * @description So many events, at most 500 at once.
             */
            resolved_count: number;
        };
        /**
         * @description How much drift matters, by what it means for the configuration: `low`, the text differs and what it means does not, or a file is too many;
         *     `medium`, routes, upstreams or filters differ, or a file beside the configuration; `high`, something was taken away, or what guards or
         *     listens differs; `critical`, what was assigned is not at work, or would not start again.
         * @enum {string}
         */
        DriftSeverity: "low" | "medium" | "high" | "critical";
        /**
         * @description Where drift is.
         * @enum {string}
         */
        DriftState: "open" | "alarm" | "resolved";
        /** @description A fleet's drift in numbers. Each node that has an assignment counts once: offline, not measured, drifted or in sync. */
        DriftStats: {
            /**
             * Format: int64
             * @description Events that last.
             */
            active_events: number;
            /**
             * Format: int64
             * @description Events for which somebody has to look.
             */
            alarms: number;
            /**
             * Format: int64
             * @description Online, measured, and something differs.
             */
            drifted: number;
            /**
             * Format: int64
             * @description Online, measured, and nothing differs.
             */
            in_sync: number;
            /**
             * Format: int64
             * @description Online, and nothing was measured of what they shall run now.
             */
            not_measured: number;
            /**
             * Format: int64
             * @description Not online: what they run now is not known.
             */
            offline: number;
            /**
             * Format: int64
             * @description Events that ended since midnight, UTC; of the thousand that are kept.
             */
            resolved_today: number;
            /**
             * Format: int64
             * @description Nodes that shall run something.
             */
            total_managed: number;
        };
        /**
         * @description Whether a node runs what it was assigned, as far as that was measured.
         * @enum {string}
         */
        DriftStatus: "in_sync" | "drifted" | "not_measured";
        /** @description A token with which nodes enrol into one project. */
        EnrolmentToken: {
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /**
             * Format: date-time
             * @description No use after this time.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: date-time
             * @description Set: revoked then.
             */
            revoked_at?: string | null;
            /** @description First eight characters of the token. */
            token_prefix: string;
            /**
             * Format: int32
             * @description How many nodes may still use it; null: no limit.
             */
            uses_left?: number | null;
        };
        /** @description One enrolment token. */
        EnrolmentTokenBody: {
            /** @description The token. */
            enrolment_token: components["schemas"]["EnrolmentToken"];
        };
        /** @description A new enrolment token. */
        EnrolmentTokenCreate: {
            /** @description Id or slug of the environment that nodes join with it; none when absent. */
            environment?: string | null;
            /**
             * Format: date-time
             * @description No use after this time.
             */
            expires_at?: string | null;
            /** @description Display name. */
            name: string;
            /**
             * Format: int32
             * @description How many nodes may use it; no limit when absent.
             */
            uses?: number | null;
        };
        /** @description A token as it was made, with its text. This is the only time that the text is shown. */
        EnrolmentTokenCreated: {
            /** @description The token as it is shown from now on. */
            enrolment_token: components["schemas"]["EnrolmentToken"];
            /** @description What an agent enrols with. */
            token: string;
        };
        /** @description Enrolment tokens of a project. */
        EnrolmentTokenList: {
            /** @description Newest first. */
            enrolment_tokens: components["schemas"]["EnrolmentToken"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A part of a project's fleet with a place in the order in which bundles go through it. */
        Environment: {
            /** @description How many people must agree to which rollouts that have nodes in it, beside the rules of the project; the strictest counts. */
            approval_rules: components["schemas"]["ApprovalRule"][];
            /** @description What its nodes have proven to run, the most common first. */
            bundles: components["schemas"]["EnvironmentBundle"][];
            /** @description As `#rrggbb`. */
            color: string;
            /** @description What was completed in it, the newest first, at most ten. The first one is what nodes are given that join it. */
            completed: components["schemas"]["Completion"][];
            /** @description Who made it. */
            created_by: string;
            /** @description What it is for. */
            description: string;
            /** @description The freeze that holds what has nodes in it now, in words. */
            frozen?: string | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: int64
             * @description Nodes in it.
             */
            nodes: number;
            /**
             * Format: int64
             * @description Of these, those that heartbeats arrive from.
             */
            online: number;
            /**
             * Format: int32
             * @description Its place in the order, from 1.
             */
            place: number;
            /** @description Unique in the project; fixed at creation. */
            slug: string;
        };
        /** @description One environment. */
        EnvironmentBody: {
            /** @description The environment. */
            environment: components["schemas"]["Environment"];
        };
        /** @description A bundle that runs in an environment. */
        EnvironmentBundle: {
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /**
             * Format: int64
             * @description On how many nodes.
             */
            nodes: number;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description A new environment. It comes last in the order. */
        EnvironmentCreate: {
            /** @description How many people must agree to which rollouts that have nodes in it; none when absent. */
            approval_rules?: components["schemas"]["ApprovalRule"][] | null;
            /** @description As `#rrggbb`. */
            color?: string | null;
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /** @description Display name, 1 to 50 characters. */
            name: string;
            /** @description Unique in the project, at most 30 characters; made from the name when absent. */
            slug?: string | null;
        };
        /** @description The environments of a project, all of them. */
        EnvironmentList: {
            /** @description In their order. */
            environments: components["schemas"]["Environment"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description An environment, as other objects name it. */
        EnvironmentRef: {
            /** @description As `#rrggbb`. */
            color: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Display name. */
            name: string;
            /** @description Unique in the project; fixed at creation. */
            slug: string;
        };
        /** @description A change of an environment. What is left out stays as it is; the slug always does. */
        EnvironmentUpdate: {
            /** @description How many people must agree to which rollouts that have nodes in it, all rules anew; none when empty. */
            approval_rules?: components["schemas"]["ApprovalRule"][] | null;
            /** @description As `#rrggbb`. */
            color?: string | null;
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /** @description Display name, 1 to 50 characters. */
            name?: string | null;
            /**
             * Format: int32
             * @description Its place in the order, from 1; the others make room.
             */
            place?: number | null;
        };
        /** @description How an epoch began. */
        EpochBeginning: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: int64
             * @description The member with which it began.
             */
            founder: number;
            /** @description Why. */
            reason: components["schemas"]["EpochReason"];
        };
        /**
         * @description Why a cluster began anew from an earlier state.
         * @enum {string}
         */
        EpochReason: "restore" | "recovery";
        /** @description Body of every answer that is not a success. */
        ErrorBody: {
            /**
             * @description Stable word for programs, one of [`code`].
             * @example not_found
             */
            code: string;
            /** @description More, where it helps: `problems` of a refused configuration, `retry_after_s`, what somebody else has changed. */
            details?: Record<string, never> | null;
            /** @description In words for a person, or per field. */
            error: components["schemas"]["ErrorText"];
        };
        /** @description A sentence, or sentences per field. */
        ErrorText: string | {
            [key: string]: string[];
        };
        /** @description One thing that changed: the `data` of a server-sent event. Its `id` is `<index>-<place>`, its `event` is `kind`. */
        Event: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Details, by field. */
            data: {
                [key: string]: string;
            };
            /** @description Place in the stream, as `Last-Event-ID` takes it. */
            id: string;
            /** @description What happened, as `noun.verb_in_the_past`. */
            kind: string;
            /**
             * Format: uuid
             * @description Whose object changed.
             */
            org_id?: string | null;
            /**
             * Format: uuid
             * @description In which project it lies.
             */
            project_id?: string | null;
            /** @description Id of the object. */
            resource_id: string;
        };
        /** @description A node that was selected and is left out. */
        ExcludedNode: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Its name; null when there is no such node. */
            name?: string | null;
            /** @description Why. */
            reason: string;
        };
        /** @description One of offered, accepted, effective. */
        Fact: {
            /**
             * Format: date-time
             * @description When a member learned it.
             */
            at: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /**
             * Format: int64
             * @description The assignment's number.
             */
            generation: number;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description An activation that failed. */
        FailureReport: {
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /**
             * Format: int64
             * @description The epoch in which it was assigned; the first one when absent.
             */
            epoch?: number;
            /**
             * Format: int64
             * @description The assignment's number.
             */
            generation: number;
            /** @description In the proxy's own words where it had any. */
            message: string;
            /** @description How far it came. */
            stage: components["schemas"]["ActivationStage"];
        };
        /** @description One thing that was looked at. */
        Finding: {
            /** @description What to do; null when there is nothing to do. */
            advice?: string | null;
            /**
             * Format: int64
             * @description The member that it is about; null when it is about all of them.
             */
            member?: number | null;
            /** @description How grave it is. */
            severity: components["schemas"]["FindingSeverity"];
            /** @description What was found, and what that means. */
            text: string;
            /** @description What it is about. */
            topic: components["schemas"]["FindingTopic"];
        };
        /**
         * @description How grave a finding is.
         * @enum {string}
         */
        FindingSeverity: "ok" | "warning" | "critical";
        /**
         * @description What a finding is about.
         * @enum {string}
         */
        FindingTopic: "writes" | "quorum" | "members" | "clocks" | "disks" | "archives" | "certificates" | "versions" | "backup" | "drift" | "notes";
        /**
         * @description Who may show pages inside their own.
         * @enum {string}
         */
        FrameOptions: "deny" | "sameorigin";
        /** @description A time in which no rollout of a project goes forward. The way back is always open. */
        FreezeWindow: {
            /** @description It holds now. */
            active: boolean;
            /** @description Who made it. */
            created_by: string;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /**
             * Format: date-time
             * @description From this moment on.
             */
            from: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            next: components["schemas"]["Span"] | null;
            /** @description Why nothing moves. */
            reason: string;
            recurrence?: components["schemas"]["Recurrence"] | null;
            /**
             * Format: date-time
             * @description Up to this one.
             */
            until: string;
        };
        /** @description One freeze window. */
        FreezeWindowBody: {
            /** @description The window. */
            freeze_window: components["schemas"]["FreezeWindow"];
        };
        /** @description A new freeze window. */
        FreezeWindowCreate: {
            /** @description Id or slug of an environment: hold only what has nodes in it; everything when absent. */
            environment?: string | null;
            /**
             * Format: date-time
             * @description From this moment on; from now on when absent.
             */
            from?: string | null;
            /** @description Display name, 1 to 100 characters. */
            name: string;
            /** @description Why nothing moves, at most 1,000 characters; whoever is held by it reads this. */
            reason?: string | null;
            recurrence?: components["schemas"]["Recurrence"] | null;
            /**
             * Format: date-time
             * @description Up to this one; a year later at most.
             */
            until: string;
        };
        /** @description The freeze windows of a project, all of them. */
        FreezeWindowList: {
            /** @description By their beginning, the latest first. */
            freeze_windows: components["schemas"]["FreezeWindow"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /**
         * @description One gate.
         * @enum {string}
         */
        GateKind: "observed" | "heartbeat" | "error_rate" | "latency" | "cpu" | "memory";
        /**
         * @description What a gate says.
         * @enum {string}
         */
        GateVerdict: "pass" | "undecided" | "broken";
        /** @description One person's agreement. */
        GivenApproval: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who. */
            by: string;
        };
        /** @description Another member shall lead. */
        HandOver: {
            /**
             * Format: int64
             * @description Its number; when absent, the one that has most of the log.
             */
            to?: number | null;
        };
        /** @description What is done to headers. No header is in two of these. */
        HeaderChanges: {
            /** @description Name → value, beside what was there. */
            add?: {
                [key: string]: string;
            };
            /** @description Names. */
            remove?: string[];
            /** @description Old name → new name. */
            rename?: {
                [key: string]: string;
            };
            /** @description Name → value, in place of what was there. */
            set?: {
                [key: string]: string;
            };
        };
        /** @description What is done to the headers of requests and of answers. */
        HeadersPolicy: {
            /** @description On the way to the upstream. */
            request?: components["schemas"]["HeaderChanges"];
            /** @description On the way back. Answers that the proxy gives by itself are as they are. */
            response?: components["schemas"]["HeaderChanges"];
        };
        /** @description What the agent thinks of its proxy. */
        Health: {
            /** @description `healthy`; anything else is unhealthy. */
            status: string;
        };
        /** @description What must hold before the next step starts. Missing, stale or earlier data never passes. */
        HealthGates: {
            /**
             * Format: int32
             * @description How long a gate must be broken without a break before the step fails, in seconds.
             * @default 15
             */
            fail_after_seconds: number;
            /**
             * @description A fresh heartbeat says healthy.
             * @default true
             */
            heartbeat_healthy: boolean;
            /**
             * Format: double
             * @description Most processor time of the proxy since its switch, in percent of one processor; null: not judged.
             * @default null
             */
            max_cpu_percent: number | null;
            /**
             * Format: double
             * @description Highest share of 5xx answers, in percent; null: not judged.
             * @default null
             */
            max_error_rate: number | null;
            /**
             * Format: double
             * @description Highest 99th percentile of latency, in milliseconds; null: not judged.
             * @default null
             */
            max_latency_ms: number | null;
            /**
             * Format: double
             * @description Most memory of the proxy, in percent of what the machine has; null: not judged.
             * @default null
             */
            max_memory_percent: number | null;
            /**
             * Format: int32
             * @description Fewest requests before error rate or latency are judged.
             * @default 1
             */
            min_requests: number;
            /**
             * Format: int32
             * @description How long each node must be observed after its switch, in seconds.
             * @default 0
             */
            observe_seconds: number;
        };
        /** @description A sign of life with everything the agent knows. Facts are repeated in every heartbeat: whoever hears one knows all. */
        HeartbeatRequest: {
            /**
             * Format: int64
             * @description Number of the assignment behind `staged_bundle_id`.
             */
            accepted_generation?: number | null;
            /**
             * Format: uuid
             * @description The bundle that the proxy has proven to run.
             */
            active_bundle_id?: string | null;
            /**
             * Format: int64
             * @description Number of the assignment behind `active_bundle_id`.
             */
            effective_generation?: number | null;
            /**
             * Format: int64
             * @description The newest epoch of which the agent has verified an assignment; the first one when absent. All generations that it tells are
             *     of this epoch.
             */
            epoch?: number;
            failure?: components["schemas"]["FailureReport"] | null;
            health?: components["schemas"]["Health"] | null;
            /** @description Its host name; taken at enrolment, accepted here for compatibility. */
            hostname?: string | null;
            /** @description Its address; taken at enrolment, accepted here for compatibility. */
            ip?: string | null;
            measured?: components["schemas"]["Measured"] | null;
            /** @description Numbers of the agent's own choosing; taken for compatibility. Gates judge `traffic`. */
            metrics?: {
                [key: string]: number;
            } | null;
            /** @description Version of the proxy. */
            proxy_version?: string | null;
            /**
             * Format: uuid
             * @description The bundle that is verified and staged.
             */
            staged_bundle_id?: string | null;
            traffic?: components["schemas"]["Traffic"] | null;
            usage?: components["schemas"]["Usage"] | null;
            /** @description Version of the agent. */
            version?: string | null;
        };
        /** @description The heartbeat was heard. */
        HeartbeatResponse: {
            /**
             * Format: int64
             * @description The epoch of the cluster. A node that knows an earlier one proves its assignment anew.
             */
            epoch?: number;
            /**
             * Format: int64
             * @description How often to send heartbeats, in seconds: it grows with the fleet.
             */
            heartbeat_interval_s: number;
            /**
             * Format: int64
             * @description Up to so much is added to each interval, at random, in milliseconds. Members of earlier versions leave that to the agent.
             */
            heartbeat_jitter_ms?: number | null;
            /**
             * Format: date-time
             * @description When it was heard.
             */
            last_seen_at: string;
            /** @description Base URLs of all members. */
            members: string[];
            /**
             * Format: uuid
             * @description The node.
             */
            node_id: string;
            /**
             * Format: int64
             * @description When no member answers, a random part of this passes before the next request, in milliseconds, so that a fleet that lost
             *     contact at one moment does not come back at one.
             */
            return_within_ms?: number;
            /** @description Always `ok`. */
            status: string;
            /** @description This member takes `traffic.latency` and `usage`; one of an earlier version would refuse a heartbeat with them. */
            takes_details?: boolean;
            /** @description This member takes `measured`, and the configuration that really runs; one of an earlier version would refuse them. */
            takes_measurements?: boolean;
        };
        /** @description Why a step waits. */
        Hold: {
            /** @description A gate is broken, not merely undecided. */
            broken: boolean;
            /** @description A person must let the next step begin: no deadline runs. */
            for_person?: boolean;
            /** @description A freeze holds it: no deadline runs. */
            frozen?: boolean;
            /** @description In words, with the numbers. */
            reason: string;
            /**
             * Format: date-time
             * @description Since when, without a break.
             */
            since: string;
        };
        /** @description Something that must answer while a step is observed. It is asked by the member that leads. */
        HttpCheck: {
            /** @description What the first 64 KiB of the body must contain; at most 200 characters. */
            body_contains?: string | null;
            /**
             * @description The status that passes, or a range of them; 200-299 when absent.
             * @example 200-299
             */
            expected_status?: string;
            /**
             * Format: int32
             * @description How often it must have failed, without a pass between, to break the gate; 3 when absent.
             */
            failures?: number;
            /** @description Sent along, at most 16; answers have `***` in place of each value. No secrets: the cluster keeps them as they are. */
            headers?: {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description How long after an answer it is asked again; 10 when absent.
             */
            interval_seconds?: number;
            /** @description How; GET when absent. */
            method?: components["schemas"]["CheckMethod"];
            /** @description What it is called; unique in the rollout. */
            name: string;
            /**
             * Format: int32
             * @description How often it must have passed since the step began, without a failure between; 3 when absent.
             */
            passes?: number;
            /**
             * Format: int32
             * @description How long it may take to answer; 5000 when absent.
             */
            timeout_ms?: number;
            /**
             * @description What is asked: http or https, without a user. Private addresses are asked where the project says so; loopback, link-local and
             *     metadata addresses never.
             */
            url: string;
        };
        /** @description The internal CA of a project, without its key: nothing shows that. */
        InternalCa: {
            /** @description Its certificate in PEM. */
            certificate_pem: string;
            /**
             * Format: int64
             * @description How many certificates of it are kept, of at most 10,000.
             */
            certificates: number;
            /** @description Who made it. */
            created_by: string;
            /** @description The list of revoked certificates that holds. */
            crl: components["schemas"]["InternalCrl"];
            /**
             * Format: int64
             * @description Whole days until then; negative when it has ended.
             */
            days_left: number;
            /** @description SHA-256 of its DER, in hexadecimal digits. */
            fingerprint: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description The kind of its key. */
            key_algorithm: components["schemas"]["InternalCaKeyAlgorithm"];
            /**
             * Format: date-time
             * @description Until when it holds.
             */
            not_after: string;
            /**
             * Format: date-time
             * @description From when it holds.
             */
            not_before: string;
            /** @description Common name of its subject. */
            subject_cn: string;
        };
        /** @description The internal CA of a project. */
        InternalCaBody: {
            /** @description The CA. */
            internal_ca: components["schemas"]["InternalCa"];
        };
        /** @description An internal CA to make. */
        InternalCaCreate: {
            key_algorithm?: components["schemas"]["InternalCaKeyAlgorithm"] | null;
            /** @description Common name of its subject: 1 to 64 characters. */
            subject_cn: string;
            /**
             * Format: int32
             * @description Its life in days, 1 to 3650; usually 3650.
             */
            validity_days?: number | null;
        };
        /**
         * @description The kind of a CA's key.
         * @enum {string}
         */
        InternalCaKeyAlgorithm: "ec_p384" | "ec_p256";
        /** @description A certificate that an internal CA has issued. Its key is with whoever asked for it. */
        InternalCertificate: {
            /**
             * Format: int64
             * @description Whole days until then; negative when it has ended.
             */
            days_left: number;
            /** @description SHA-256 of its DER, in hexadecimal digits. */
            fingerprint: string;
            /**
             * Format: date-time
             * @description When.
             */
            inserted_at: string;
            /** @description Who asked for it. */
            issued_by: string;
            /** @description What the project calls it; the next one of the same client may have the same name. */
            name: string;
            /**
             * Format: date-time
             * @description Until when it holds.
             */
            not_after: string;
            /**
             * Format: date-time
             * @description From when it holds.
             */
            not_before: string;
            revocation?: components["schemas"]["InternalRevocation"] | null;
            /** @description Alternative names: DNS names, addresses, e-mail addresses and URIs. */
            sans: string[];
            /** @description Its serial number: 32 hexadecimal digits. */
            serial: string;
            /** @description Whether it holds. */
            status: components["schemas"]["InternalCertificateStatus"];
            /** @description Common name of its subject. */
            subject_cn: string;
            /** @description Organisational unit of its subject. */
            subject_ou?: string | null;
        };
        /** @description One certificate in PEM. */
        InternalCertificateBody: {
            /** @description What it says of itself. */
            certificate: components["schemas"]["InternalCertificate"];
            /** @description The certificate in PEM. */
            certificate_pem: string;
        };
        /** @description A certificate to issue. Its key is an ECDSA key on P-256. */
        InternalCertificateIssue: {
            /** @description What the project calls it: 1 to 50 lower-case letters, digits and inner hyphens. */
            name: string;
            /** @description Alternative names, at most 100: DNS names, addresses, e-mail addresses and URIs. */
            sans?: string[];
            /** @description Common name of its subject: 1 to 64 characters. */
            subject_cn: string;
            /** @description Organisational unit of its subject: 1 to 64 characters. */
            subject_ou?: string | null;
            /**
             * Format: int32
             * @description Its life in days, 1 to 3650; usually 90. It never outlives the CA.
             */
            validity_days?: number | null;
        };
        /** @description A certificate with its key, which is shown this once and kept nowhere. */
        InternalCertificateIssued: {
            /** @description What it says of itself. */
            certificate: components["schemas"]["InternalCertificate"];
            /** @description The certificate in PEM. */
            certificate_pem: string;
            /** @description The certificate and that of the CA, in PEM. */
            chain_pem: string;
            /**
             * Format: password
             * @description Its private key in PEM (PKCS#8).
             */
            private_key: string;
        };
        /** @description Certificates of an internal CA, the newest first. */
        InternalCertificateList: {
            /** @description The newest first. */
            certificates: components["schemas"]["InternalCertificate"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A certificate to revoke. */
        InternalCertificateRevoke: {
            /** @description Why. */
            reason?: components["schemas"]["RevocationReason"];
        };
        /**
         * @description Whether a certificate holds.
         * @enum {string}
         */
        InternalCertificateStatus: "valid" | "revoked" | "ended";
        /** @description A list of revoked certificates. */
        InternalCrl: {
            /**
             * Format: date-time
             * @description Until when it holds; the next one is made long before.
             */
            next_update: string;
            /**
             * Format: int64
             * @description Its number, which grows.
             */
            number: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            this_update: string;
        };
        /** @description That a certificate was revoked. It is for ever. */
        InternalRevocation: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description By whom. */
            by: string;
            /** @description Why. */
            reason: components["schemas"]["RevocationReason"];
        };
        /** @description A token with which members join. */
        JoinToken: {
            /**
             * Format: date-time
             * @description No use after this time.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /**
             * Format: date-time
             * @description Set: revoked then.
             */
            revoked_at?: string | null;
            /** @description Whether somebody can join with it now. */
            usable: boolean;
            /**
             * Format: int32
             * @description How many members may still join with it.
             */
            uses_left: number;
        };
        /** @description One join token. */
        JoinTokenBody: {
            /** @description The token. */
            join_token: components["schemas"]["JoinToken"];
        };
        /** @description A new join token. */
        JoinTokenCreate: {
            /**
             * Format: int64
             * @description Seconds until it expires; an hour when absent.
             */
            ttl_s?: number | null;
            /**
             * Format: int32
             * @description How many members may join with it; one when absent.
             */
            uses?: number | null;
        };
        /** @description A token as it was made, with its text. This is the only time that the text is shown. */
        JoinTokenCreated: {
            /** @description The token as it is shown from now on. */
            join_token: components["schemas"]["JoinToken"];
            /** @description What a member joins with: `sentinel-cp server --join TOKEN`. Whoever has it can become a member and read every secret. */
            token: string;
        };
        /** @description The join tokens, newest first. There are at most a hundred. */
        JoinTokenList: {
            /** @description The tokens. */
            join_tokens: components["schemas"]["JoinToken"][];
        };
        /** @description One bar of a cumulative histogram. */
        LatencyCount: {
            /**
             * Format: int64
             * @description Answers that took at most so long.
             */
            requests: number;
            /**
             * Format: double
             * @description Upper bound in milliseconds; null in the last one, which has all answers.
             */
            up_to_ms?: number | null;
        };
        /** @description Something newer to run, or not. */
        LatestResponse: components["schemas"]["Update"] | components["schemas"]["NoUpdate"];
        /** @description The cluster's level shall be raised, for ever. */
        LevelRaise: {
            /**
             * Format: int32
             * @description The level now; refused when it is another one.
             */
            from: number;
            /**
             * Format: int32
             * @description The level from then on: the next one.
             */
            to: number;
        };
        /** @description Where the proxy listens. */
        Listener: {
            /** @description `IP:PORT`. `${node.NAME}` stands for what each node says of itself: for all of it, for the IP, or for the port. */
            address: string;
            /** @description What it is for. */
            description?: string;
            /**
             * Format: int64
             * @description How long a connection may stay open between requests, in seconds; usually 75.
             */
            keepalive_timeout_seconds?: number | null;
            /** @description What people call it; usually its slug. */
            name?: string;
            /** @description What is spoken; usually HTTP. */
            protocol?: components["schemas"]["ListenerProtocol"];
            /**
             * Format: int64
             * @description Longest pause of a client that sends the body of a request over HTTP/1.1, in seconds; usually 60.
             */
            request_timeout_seconds?: number | null;
            tls?: components["schemas"]["ListenerTls"] | null;
        };
        /** @description One object. */
        ListenerBody: {
            /** @description What it says, and who changed that last. */
            listener: components["schemas"]["ListenerObject"];
        };
        /** @description Where the proxy listens. */
        ListenerCreate: {
            /** @description `IP:PORT`. `${node.NAME}` stands for what each node says of itself: for all of it, for the IP, or for the port. */
            address: string;
            /** @description What it is for. */
            description?: string;
            /**
             * Format: int64
             * @description How long a connection may stay open between requests, in seconds; usually 75.
             */
            keepalive_timeout_seconds?: number | null;
            /** @description What people call it; usually its slug. */
            name?: string;
            /** @description What is spoken; usually HTTP. */
            protocol?: components["schemas"]["ListenerProtocol"];
            /**
             * Format: int64
             * @description Longest pause of a client that sends the body of a request over HTTP/1.1, in seconds; usually 60.
             */
            request_timeout_seconds?: number | null;
            /** @description Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent. */
            slug?: string | null;
            tls?: components["schemas"]["ListenerTls"] | null;
        };
        /** @description A page of objects. */
        ListenerList: {
            /** @description By slug. */
            listeners: components["schemas"]["ListenerObject"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of the page.
             */
            total: number;
        };
        /** @description Where the proxy listens. */
        ListenerObject: {
            /** @description `IP:PORT`. `${node.NAME}` stands for what each node says of itself: for all of it, for the IP, or for the port. */
            address: string;
            /** @description What it is for. */
            description?: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /**
             * Format: int64
             * @description How long a connection may stay open between requests, in seconds; usually 75.
             */
            keepalive_timeout_seconds?: number | null;
            /** @description What people call it; usually its slug. */
            name?: string;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /** @description What is spoken; usually HTTP. */
            protocol?: components["schemas"]["ListenerProtocol"];
            /**
             * Format: int64
             * @description Longest pause of a client that sends the body of a request over HTTP/1.1, in seconds; usually 60.
             */
            request_timeout_seconds?: number | null;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            tls?: components["schemas"]["ListenerTls"] | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
        };
        /**
         * @description What is spoken on a listener.
         * @enum {string}
         */
        ListenerProtocol: "http" | "https";
        /** @description TLS of a listener. */
        ListenerTls: {
            /** @description The certificate of the project that is shown; its slug. Nodes are handed it with its key, and again whenever it is replaced. */
            certificate?: string | null;
            /** @description In place of `certificate`: a file on the node with the certificate and its chain, as PEM. */
            certificate_file?: string;
            /** @description Clients must show a certificate that this trust store vouches for; none unless given. */
            client_trust_store?: string | null;
            /** @description File on the node with the private key, as PEM; beside `certificate_file`. */
            key_file?: string;
            /** @description Oldest version; usually 1.2. */
            min_version?: components["schemas"]["TlsVersion"];
            /** @description Certificates for some names alone, in place of that one. */
            names?: components["schemas"]["NamedCertificate"][];
        };
        /** @description What an agent found when it looked at what really runs. Left out by agents that do not measure: that is not the same as in sync. */
        Measured: {
            /** @description Digest of what is there. */
            actual_hash: string;
            /** @description SHA-256 of the configuration file; null when there is none. */
            config_hash?: string | null;
            /** @description What differs, at most 20. */
            differences?: components["schemas"]["Difference"][];
            /** @description Digest of what should be there: every file that the agent wrote, and the proof. */
            expected_hash: string;
            /**
             * Format: int64
             * @description The generation that it compared with: the one that its proxy has proven.
             */
            generation: number;
            /**
             * Format: int32
             * @description How many more differ.
             */
            more?: number;
            severity?: components["schemas"]["DriftSeverity"] | null;
            /** @description What it comes to, in words. */
            summary?: string;
        };
        /** @description A person in an org. */
        Member: {
            /** @description E-mail address. */
            email: string;
            /**
             * Format: date-time
             * @description Since when they belong to the org.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            /** @description What they may do here. */
            role: components["schemas"]["Role"];
            /**
             * Format: uuid
             * @description The person.
             */
            user_id: string;
        };
        /** @description The archives of bundles on a member's disk. */
        MemberArchives: {
            /**
             * Format: int64
             * @description How many bytes they have.
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When it had last read each of them to see whether they are what they shall be; null when it has not since its start.
             */
            checked_at?: string | null;
            /**
             * Format: int64
             * @description How many are there.
             */
            count: number;
            /**
             * Format: int64
             * @description Damaged copies that were set aside and are there still.
             */
            damaged: number;
            /**
             * Format: int64
             * @description Of these, those that no member has that answers it.
             */
            lost: number;
            /**
             * Format: int64
             * @description Those that bundles name and that are not there.
             */
            missing: number;
        };
        /** @description One person in an org. */
        MemberBody: {
            /** @description The person. */
            member: components["schemas"]["Member"];
        };
        /** @description A person to add, with an account if the address has none yet. */
        MemberCreate: {
            /** @description E-mail address. */
            email: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: password
             * @description First password, 12 characters at least.
             */
            password: string;
            /** @description What they may do here. */
            role: components["schemas"]["Role"];
        };
        /** @description The disk that a member's log is on. */
        MemberDisk: {
            /**
             * Format: int64
             * @description How long its last write took, in microseconds.
             */
            last_us: number;
            /**
             * Format: int64
             * @description The longest write of the last minute, in microseconds, one that is under way among them.
             */
            max_us: number;
            /** @description False: it hangs or is full, so the member does not lead. */
            well: boolean;
        };
        /** @description The people of an org. */
        MemberList: {
            /** @description By id. */
            members: components["schemas"]["Member"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description Another role for a person. */
        MemberUpdate: {
            /** @description The role from now on. */
            role: components["schemas"]["Role"];
        };
        /** @description What a person may do in one org, and what is there. */
        Membership: {
            /** @description The org. */
            org: components["schemas"]["OrgRef"];
            /** @description Its projects. */
            projects: components["schemas"]["ProjectRef"][];
            /** @description What they may do there. */
            role: components["schemas"]["Role"];
        };
        /** @description Something that happens on the way, once for all services that it is attached to. */
        Middleware: components["schemas"]["MiddlewarePolicy"] & {
            /** @description What it is for. */
            description?: string;
            /** @description Whether it happens at all; otherwise it does for no service. */
            enabled?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
        };
        /** @description One object. */
        MiddlewareBody: {
            /** @description What it says, and who changed that last. */
            middleware: components["schemas"]["MiddlewareObject"];
        };
        /** @description Something that happens on the way, once for all services that it is attached to. */
        MiddlewareCreate: components["schemas"]["MiddlewarePolicy"] & {
            /** @description What it is for. */
            description?: string;
            /** @description Whether it happens at all; otherwise it does for no service. */
            enabled?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
        } & {
            /** @description Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent. */
            slug?: string | null;
        };
        /** @description A page of objects. */
        MiddlewareList: {
            /** @description By slug. */
            middlewares: components["schemas"]["MiddlewareObject"][];
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of the page.
             */
            total: number;
        };
        /** @description Something that happens on the way, once for all services that it is attached to. */
        MiddlewareObject: components["schemas"]["MiddlewarePolicy"] & {
            /** @description What it is for. */
            description?: string;
            /** @description Whether it happens at all; otherwise it does for no service. */
            enabled?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
        } & {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
        };
        /** @description What happens on the way: exactly one of these. */
        MiddlewarePolicy: {
            /** @description Most requests in a time. */
            config: components["schemas"]["RateLimit"];
            /** @enum {string} */
            middleware_type: "rate_limit";
        } | {
            /** @description Answers that are kept. */
            config: components["schemas"]["CachePolicy"];
            /** @enum {string} */
            middleware_type: "cache";
        } | {
            /** @description Other origins' pages may read answers. */
            config: components["schemas"]["CorsPolicy"];
            /** @enum {string} */
            middleware_type: "cors";
        } | {
            /** @description Answers are compressed. */
            config: components["schemas"]["Compression"];
            /** @enum {string} */
            middleware_type: "compression";
        } | {
            /** @description Headers are changed. */
            config: components["schemas"]["HeadersPolicy"];
            /** @enum {string} */
            middleware_type: "headers";
        } | {
            /** @description Only some addresses may ask. */
            config: components["schemas"]["AccessControl"];
            /** @enum {string} */
            middleware_type: "access_control";
        } | {
            /** @description Headers tell browsers to be careful. */
            config: components["schemas"]["SecurityHeaders"];
            /** @enum {string} */
            middleware_type: "security";
        } | {
            /** @description Another path is asked for. */
            config: components["schemas"]["PathRewrite"];
            /** @enum {string} */
            middleware_type: "path_rewrite";
        } | {
            /** @description Bodies of requests are changed. */
            config: components["schemas"]["Transform"];
            /** @enum {string} */
            middleware_type: "request_transform";
        } | {
            /** @description Bodies of answers are changed. */
            config: components["schemas"]["Transform"];
            /** @enum {string} */
            middleware_type: "response_transform";
        } | {
            /** @description An upstream that fails is asked again. */
            config: components["schemas"]["RetryPolicy"];
            /** @enum {string} */
            middleware_type: "retry";
        };
        /** @description A certificate for some names. */
        NamedCertificate: {
            /** @description The certificate of the project; its slug. */
            certificate: string;
            /** @description The names that clients ask for, 1 to 100: `shop.example.com`, or `*.example.com` for each one directly below. */
            hosts: string[];
        };
        /** @description Nothing newer. */
        NoUpdate: {
            /** @description Always true. */
            no_update: boolean;
            /**
             * Format: int64
             * @description When to ask again, in seconds.
             */
            poll_after_s: number;
            /** @description Which values of secrets belong to the bundle that the node is assigned; absent when that names none. */
            secrets?: string | null;
            weight?: components["schemas"]["Weight"] | null;
        };
        /** @description A managed proxy and the agent beside it. */
        Node: {
            accepted?: components["schemas"]["Fact"] | null;
            /** @description Version of the agent. */
            agent_version: string;
            /** @description What the agent says it can do. */
            capabilities: string[];
            /** @description It has proven to run what it shall run. */
            converged: boolean;
            desired?: components["schemas"]["Desired"] | null;
            drift?: components["schemas"]["NodeDrift"] | null;
            effective?: components["schemas"]["Fact"] | null;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            failure?: components["schemas"]["NodeFailure"] | null;
            /** @description The groups that it is in: those that name it, and those whose rule selects it. */
            groups?: components["schemas"]["NodeGroupRef"][];
            /** @description The agent's newest heartbeat calls its proxy healthy; null: this member has not heard one. */
            healthy?: boolean | null;
            /** @description Host name as the agent reports it. */
            hostname: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Address as the agent reports it, else the peer's. */
            ip: string;
            /** @description What rollouts select by. */
            labels: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description When a member last heard of it; null: not since the members started.
             */
            last_seen_at?: string | null;
            /** @description The highest. */
            max_bundle_version?: string | null;
            /** @description The lowest version of a bundle that it may be given. */
            min_bundle_version?: string | null;
            /** @description Unique in the project. */
            name: string;
            offered?: components["schemas"]["Fact"] | null;
            /**
             * Format: uuid
             * @description The rollout that owns it now.
             */
            owner_rollout_id?: string | null;
            /**
             * Format: uuid
             * @description The one bundle that it may be given.
             */
            pinned_bundle_id?: string | null;
            /** @description Version of that bundle; null as well when the bundle is gone. */
            pinned_version?: string | null;
            /** @description Version of the proxy. */
            proxy_version: string;
            /**
             * Format: date-time
             * @description When it enrolled.
             */
            registered_at: string;
            /** @description The simulator of the project plays it: there is no machine. */
            simulated?: boolean;
            slot?: components["schemas"]["Slot"] | null;
            /** @description Whether heartbeats arrive. */
            status: components["schemas"]["NodeStatus"];
            /**
             * Format: date-time
             * @description Since when.
             */
            status_since: string;
            traffic?: components["schemas"]["Traffic"] | null;
            /**
             * Format: int32
             * @description How much of its share of traffic a load balancer in front shall send it, in percent.
             */
            weight: number;
        };
        /** @description One node. */
        NodeBody: {
            /** @description The node. */
            node: components["schemas"]["Node"];
        };
        /** @description What a certificate authority is to be answered that asks a node for a token (ACME, HTTP-01). */
        NodeChallenge: {
            /** @description The answer, which everybody may know. */
            answer: string;
        };
        /** @description What a node really runs. */
        NodeDrift: {
            /**
             * Format: uuid
             * @description The event that lasts.
             */
            event_id?: string | null;
            /**
             * Format: date-time
             * @description When a member learned of the newest measurement.
             */
            measured_at?: string | null;
            severity?: components["schemas"]["DriftSeverity"] | null;
            /** @description In short. */
            status: components["schemas"]["DriftStatus"];
            /** @description What it comes to, in words. */
            summary: string;
        };
        /** @description Something that an agent found worth telling. */
        NodeEvent: {
            /**
             * Format: date-time
             * @description When a member took it in.
             */
            at: string;
            /** @description What kind of thing. */
            event_type: components["schemas"]["NodeEventType"];
            /** @description In words. */
            message: string;
            /** @description How much it matters. */
            severity: components["schemas"]["Severity"];
        };
        /** @description Several events. */
        NodeEventBatch: {
            /** @description In order; at most 50. */
            events: components["schemas"]["NodeEventReport"][];
        };
        /** @description What a node's agent told, the newest hundred. */
        NodeEventList: {
            /** @description Newest first. */
            events: components["schemas"]["NodeEvent"][];
            /**
             * Format: int64
             * @description Length of the list.
             */
            total: number;
        };
        /** @description One event. */
        NodeEventReport: {
            /** @description What kind of thing. */
            event_type: components["schemas"]["NodeEventType"];
            /** @description In words, at most 1,000 characters. */
            message: string;
            /** @description How much it matters; `info` when absent. */
            severity?: components["schemas"]["Severity"];
        };
        /**
         * @description Kinds of node events.
         * @enum {string}
         */
        NodeEventType: "config_reload" | "bundle_switch" | "error" | "startup" | "shutdown" | "warning" | "info";
        /** @description One event, or several. */
        NodeEventsRequest: components["schemas"]["NodeEventBatch"] | components["schemas"]["NodeEventReport"];
        /** @description The events were taken in. */
        NodeEventsResponse: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description Always `ok`. */
            status: string;
        };
        /** @description Why the newest assignment did not become effective. */
        NodeFailure: {
            /**
             * Format: date-time
             * @description When a member learned it.
             */
            at: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /**
             * Format: int64
             * @description The assignment's number.
             */
            generation: number;
            /** @description In the proxy's own words where it had any. */
            message: string;
            /** @description How far it came. */
            stage: components["schemas"]["ActivationStage"];
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description What a gate says of a node. */
        NodeGate: {
            /** @description The gate. */
            gate: components["schemas"]["GateKind"];
            /**
             * Format: double
             * @description The limit, in the same unit; for `observed`, how long is asked for.
             */
            limit?: number | null;
            /**
             * Format: double
             * @description What was measured since the switch: percent, milliseconds, or for `observed` seconds; null where there is nothing to measure, and
             *     as long as nothing was.
             */
            measured?: number | null;
            /** @description Why it does not pass. */
            reason?: string | null;
            /** @description What it says. */
            verdict: components["schemas"]["GateVerdict"];
        };
        /** @description Nodes that belong together: those that it names, and those that its rule selects. */
        NodeGroup: {
            /** @description What it is for. */
            description: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description The rule: nodes that carry all of these labels. Empty: there is no rule. */
            labels: {
                [key: string]: string;
            };
            /** @description Unique in the project. */
            name: string;
            /**
             * Format: int64
             * @description How many nodes it names one by one.
             */
            named: number;
            /**
             * Format: int64
             * @description How many nodes belong to it now, named or selected.
             */
            nodes: number;
            /**
             * Format: int64
             * @description How many of these are online.
             */
            online: number;
        };
        /** @description One group. */
        NodeGroupBody: {
            /** @description The group. */
            node_group: components["schemas"]["NodeGroup"];
        };
        /** @description A group to make. */
        NodeGroupCreate: {
            /** @description What it is for. */
            description?: string | null;
            /** @description The rule: nodes that carry all of these labels, also those that join later. */
            labels?: {
                [key: string]: string;
            };
            /** @description Unique in the project. */
            name: string;
            /** @description Nodes that belong to it whatever their labels are. */
            node_ids?: string[];
        };
        /** @description A group with its nodes. */
        NodeGroupDetail: {
            /** @description Nodes that it names, by name. */
            named: components["schemas"]["NodeRef"][];
            /** @description The group. */
            node_group: components["schemas"]["NodeGroup"];
            /** @description Nodes that its rule selects and that it does not name, by name; at most 1,000. */
            selected: components["schemas"]["NodeRef"][];
        };
        /** @description Groups of a project. */
        NodeGroupList: {
            /** @description By name: all of them. */
            node_groups: components["schemas"]["NodeGroup"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description A group, as other objects name it. */
        NodeGroupRef: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Unique in the project. */
            name: string;
        };
        /** @description What to change of a group. What is absent stays as it is. */
        NodeGroupUpdate: {
            /** @description Nodes that belong to it from now on, too. */
            add_node_ids?: string[];
            /** @description What it is for. */
            description?: string | null;
            /** @description Its rule from now on; empty: none. */
            labels?: {
                [key: string]: string;
            } | null;
            /** @description Its name from now on. */
            name?: string | null;
            /** @description Nodes that it does not name any more. */
            remove_node_ids?: string[];
        };
        /** @description Nodes of a project. */
        NodeList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /** @description By name. */
            nodes: components["schemas"]["Node"][];
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A node, as plans name it. */
        NodeRef: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Unique in the project. */
            name: string;
        };
        /** @description A node asks for the values of the secrets that a bundle names. */
        NodeSecretsRequest: {
            /**
             * Format: uuid
             * @description The bundle: one that the node shall run or runs.
             */
            bundle_id: string;
            /** @description The node's X25519 key, base64 of 32 bytes. The first one that a node tells is kept, and no other one is taken. */
            public_key: string;
        };
        /** @description Nodes of a project in numbers. */
        NodeStats: {
            /** @description By status. */
            by_status: components["schemas"]["NodesByStatus"];
            /**
             * Format: int64
             * @description Run what they shall run.
             */
            converged: number;
            /**
             * Format: int64
             * @description Their newest assignment failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description All.
             */
            total: number;
        };
        /**
         * @description Whether heartbeats arrive.
         * @enum {string}
         */
        NodeStatus: "online" | "offline" | "unknown";
        /** @description A token in exchange for the node key. */
        NodeTokenResponse: {
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /**
             * Format: int64
             * @description Seconds until then.
             */
            expires_in: number;
            /** @description A signed token. */
            token: string;
            /** @description Always `Bearer`. */
            token_type: string;
        };
        /** @description What operators set of a node. What is absent stays as it is. */
        NodeUpdate: {
            /** @description Id or slug of the environment that it is in from now on; null: none. It goes on running what it runs. */
            environment?: string | null;
            /** @description All of its labels from now on. */
            labels?: {
                [key: string]: string;
            } | null;
            /** @description The highest; null: any. */
            max_bundle_version?: string | null;
            /** @description The lowest version of a bundle that it may be given from now on, such as 1.4.0; null: any. */
            min_bundle_version?: string | null;
            /**
             * Format: uuid
             * @description The one bundle that it may be given from now on; null: any.
             */
            pinned_bundle_id?: string | null;
            slot?: components["schemas"]["Slot"] | null;
            /**
             * Format: int32
             * @description How much of its share of traffic a load balancer in front shall send it, in percent; 0 drains it.
             */
            weight?: number | null;
        };
        /** @description Why a node runs what it runs. */
        NodeWhy: {
            /** @description The most decisive first; never empty. */
            findings: components["schemas"]["WhyFinding"][];
            /** @description The node with its facts: desired and by whose decision, offered, accepted, effective. */
            node: components["schemas"]["Node"];
            /** @description It runs what it shall run. */
            runs: boolean;
        };
        /** @description Nodes that run one bundle. */
        NodesByBundle: {
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /**
             * Format: int64
             * @description So many nodes.
             */
            nodes: number;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /** @description Nodes by status. */
        NodesByStatus: {
            /**
             * Format: int64
             * @description They ceased.
             */
            offline: number;
            /**
             * Format: int64
             * @description Heartbeats arrive.
             */
            online: number;
            /**
             * Format: int64
             * @description There never was one.
             */
            unknown: number;
        };
        /**
         * @description What a rollout does when another one has nodes that it wants, or waits for them.
         * @enum {string}
         */
        OnConflict: "refuse" | "queue" | "supersede";
        /** @description The outermost unit of tenancy. */
        Org: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            /** @description Unique in the cluster. */
            slug: string;
        };
        /** @description One org. */
        OrgBody: {
            /** @description The org. */
            org: components["schemas"]["Org"];
        };
        /** @description A new org. Whoever creates it becomes its administrator. */
        OrgCreate: {
            /** @description Display name, 1 to 100 characters. */
            name: string;
            /** @description Unique in the cluster; made from the name when absent. */
            slug?: string | null;
        };
        /** @description The orgs that the caller belongs to. */
        OrgList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /** @description By slug. */
            orgs: components["schemas"]["Org"][];
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description An org, as other objects name it. */
        OrgRef: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Display name. */
            name: string;
            /** @description Unique in the cluster. */
            slug: string;
        };
        /** @description A project at a glance. */
        Overview: {
            /** @description Bundles in numbers. */
            bundles: components["schemas"]["OverviewBundles"];
            /** @description Nodes in numbers. */
            nodes: components["schemas"]["OverviewNodes"];
            /** @description The newest changes, ten at most. */
            recent: components["schemas"]["AuditEntry"][];
            /** @description Rollouts. */
            rollouts: components["schemas"]["OverviewRollouts"];
        };
        /** @description Bundles in numbers. */
        OverviewBundles: {
            newest?: components["schemas"]["Bundle"] | null;
            /**
             * Format: int64
             * @description All.
             */
            total: number;
        };
        /** @description Nodes in numbers. */
        OverviewNodes: {
            /** @description By the bundle they have proven to run, most nodes first. */
            by_bundle: components["schemas"]["NodesByBundle"][];
            /**
             * Format: int64
             * @description Run what they shall run.
             */
            converged: number;
            /**
             * Format: int64
             * @description Their newest assignment failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description They ceased.
             */
            offline: number;
            /**
             * Format: int64
             * @description Heartbeats arrive.
             */
            online: number;
            /**
             * Format: int64
             * @description All.
             */
            total: number;
            /**
             * Format: int64
             * @description There never was one.
             */
            unknown: number;
        };
        /** @description Rollouts at a glance. */
        OverviewRollouts: {
            /** @description Not at their end. */
            active: components["schemas"]["Rollout"][];
        };
        /** @description Another password for the person who is signed in. */
        PasswordChange: {
            /**
             * Format: password
             * @description The password until now.
             */
            current: string;
            /**
             * Format: password
             * @description The password from now on, 12 characters at least.
             */
            new: string;
        };
        /** @description A password for a person who cannot sign in any more. */
        PasswordReset: {
            /**
             * Format: password
             * @description The password from now on, 12 characters at least.
             */
            password: string;
        };
        /** @description What the upstream is asked for instead. The query stays as it is. */
        PathRewrite: {
            /** @description In place of the `Host` header. */
            host?: string | null;
            /** @description In place of the whole path. */
            replace_path?: string | null;
            /** @description In place of the path's beginning up to the `*` of the service: `/` takes it away. */
            replace_prefix?: string | null;
        };
        /** @description Another rollout that has planned nodes, or waits for them. */
        PlanConflict: {
            /** @description Version of its bundle. */
            bundle_version: string;
            /**
             * Format: int64
             * @description How many of the planned nodes.
             */
            nodes: number;
            /**
             * Format: uuid
             * @description The other rollout.
             */
            rollout_id: string;
            /** @description Where it is in its life. */
            state: components["schemas"]["RolloutState"];
        };
        /** @description What a step takes of a failure domain. */
        PlannedDomain: {
            /**
             * Format: int64
             * @description Nodes of the domain in the step.
             */
            nodes: number;
            /**
             * Format: int64
             * @description Nodes of the domain in the whole plan. All of them in one step: it has a single node, or the canary is at its end.
             */
            of: number;
            /** @description Value of the label; null: the nodes without it. */
            value?: string | null;
        };
        /** @description How many nodes of an environment a rollout would move. */
        PlannedEnvironment: {
            /** @description The environment. */
            environment: components["schemas"]["EnvironmentRef"];
            /**
             * Format: int64
             * @description Nodes of it in the plan.
             */
            nodes: number;
        };
        /** @description A portion of the nodes, or a share of the traffic, as planned. */
        PlannedStep: {
            deployment_slot?: components["schemas"]["Slot"] | null;
            /** @description What it takes of which failure domain; empty when these are not told apart. */
            domains?: components["schemas"]["PlannedDomain"][];
            /**
             * Format: int32
             * @description Place, from zero.
             */
            index: number;
            /** @description Its nodes. */
            nodes: components["schemas"]["NodeRef"][];
            /**
             * Format: int32
             * @description Share of the traffic that the slot gets in this step, in percent; 0 while it gets the bundle. Null with another strategy.
             */
            traffic_weight?: number | null;
        };
        /** @description One thing wrong in a configuration, with its place. */
        Problem: {
            /** @description Stable word. */
            code: string;
            /**
             * Format: int32
             * @description Column in characters, from one.
             */
            column?: number | null;
            /** @description What to do instead, where there is something better to say than the message. */
            help?: string | null;
            /**
             * Format: int32
             * @description Line, from one; null when it concerns the whole text.
             */
            line?: number | null;
            /** @description What is wrong. */
            message: string;
            /** @description Where in the configuration, such as `routes.route["api"].upstream`. */
            path?: string | null;
        };
        /** @description Where bundles, nodes and rollouts live. */
        Project: {
            /**
             * Format: int32
             * @description How long approvals are waited for, in hours.
             */
            approval_expires_hours?: number;
            /** @description How many people must agree to which rollouts; none when empty. */
            approval_rules?: components["schemas"]["ApprovalRule"][];
            /**
             * Format: uuid
             * @description Bundle that nodes start with which join later: that of the newest completed rollout to all nodes.
             */
            baseline_bundle_id?: string | null;
            /** @description Checks of its rollouts may go to private addresses. */
            checks_allow_private?: boolean;
            /** @description What it is for. */
            description: string;
            /**
             * Format: int32
             * @description How long drift lasts before that, in seconds.
             */
            drift_delay_seconds?: number;
            /** @description What is done about drift. */
            drift_remediation?: components["schemas"]["DriftRemediation"];
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            inserted_at: string;
            /** @description Display name. */
            name: string;
            /**
             * Format: uuid
             * @description The org it belongs to.
             */
            org_id: string;
            /** @description Slug of the org. */
            org_slug: string;
            /** @description It is a place to try things: its nodes may be simulated. */
            sandbox?: boolean;
            /** @description Unique in the cluster. */
            slug: string;
        };
        /** @description One project. */
        ProjectBody: {
            /** @description The project. */
            project: components["schemas"]["Project"];
        };
        /** @description A new project. */
        ProjectCreate: {
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /** @description Display name, 1 to 100 characters. */
            name: string;
            /** @description It is a place to try things: its nodes may be simulated. */
            sandbox?: boolean;
            /** @description Unique in the cluster; made from the name when absent. */
            slug?: string | null;
        };
        /** @description The projects of an org. */
        ProjectList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /** @description Oldest first. */
            projects: components["schemas"]["Project"][];
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description A project, as other objects name it. */
        ProjectRef: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Display name. */
            name: string;
            /** @description It is a place to try things. */
            sandbox?: boolean;
            /** @description Unique in the cluster. */
            slug: string;
        };
        /** @description A secret, without its value: nothing shows that. */
        ProjectSecret: {
            /** @description Who made it. */
            created_by: string;
            /** @description What it is for. */
            description: string;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /**
             * Format: date-time
             * @description Since when it has the value that it has.
             */
            last_rotated_at: string;
            /** @description What the configuration calls it: `${secrets.NAME}`. Several have the same name when they are for different nodes. */
            name: string;
            /**
             * Format: date-time
             * @description When its value or its description last changed.
             */
            updated_at: string;
            /**
             * Format: int64
             * @description How many objects of the configuration name it.
             */
            uses: number;
            /**
             * Format: int64
             * @description The number of the version that holds, from 1.
             */
            version: number;
            /** @description The versions that are kept, the newest first, at most five. */
            versions: components["schemas"]["SecretVersion"][];
        };
        /** @description One secret, and what names it. */
        ProjectSecretBody: {
            /** @description The secret. */
            secret: components["schemas"]["ProjectSecret"];
            /** @description What of the configuration names it, by kind and slug; of many the first hundred. */
            used_by: components["schemas"]["SecretUse"][];
        };
        /** @description A secret to make. */
        ProjectSecretCreate: {
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /** @description Id or slug of an environment: only nodes in it get this value. For all nodes when absent. */
            environment?: string | null;
            /** @description What the configuration calls it: 1 to 64 capital letters, digits and `_`, a letter first. */
            name: string;
            /**
             * Format: password
             * @description Its value, 1 to 65,536 bytes. Nothing ever shows it again.
             */
            value: string;
        };
        /** @description The secrets of a project, all of them. */
        ProjectSecretList: {
            /** @description By name; the one that is for all nodes first. */
            secrets: components["schemas"]["ProjectSecret"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description Another value for a secret: its next version. */
        ProjectSecretRotate: {
            /**
             * Format: password
             * @description Its value from now on, 1 to 65,536 bytes. Nothing ever shows it again.
             */
            value: string;
        };
        /** @description What to change of a secret beside its value. */
        ProjectSecretUpdate: {
            /** @description What it is for, at most 1,000 characters. */
            description: string;
        };
        /** @description A change of a project. What is left out stays as it is. */
        ProjectUpdate: {
            /**
             * Format: int32
             * @description How long approvals are waited for, in hours.
             */
            approval_expires_hours?: number | null;
            /** @description How many people must agree to which rollouts, all rules anew; none when empty. */
            approval_rules?: components["schemas"]["ApprovalRule"][] | null;
            /** @description Whether checks of its rollouts may go to private addresses. */
            checks_allow_private?: boolean | null;
            /** @description What it is for, at most 1,000 characters. */
            description?: string | null;
            /**
             * Format: int32
             * @description How long drift lasts before that, in seconds; the pauses between tries grow from it.
             */
            drift_delay_seconds?: number | null;
            drift_remediation?: components["schemas"]["DriftRemediation"] | null;
            /** @description Display name, 1 to 100 characters. */
            name?: string | null;
            /** @description Whether it is a place to try things. A project with real nodes does not become one, and one with a simulator stays one. */
            sandbox?: boolean | null;
        };
        /** @description What came of a rule for one bundle. */
        PromotionAttempt: {
            /**
             * Format: date-time
             * @description When this was noted.
             */
            at: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /** @description What came of it. */
            outcome: components["schemas"]["PromotionOutcome"];
            /** @description Why it waits, or does not take the bundle on. */
            reason?: string | null;
            /**
             * Format: uuid
             * @description The rollout that it asked for.
             */
            rollout_id?: string | null;
            /** @description Its version; null when the bundle is gone. */
            version?: string | null;
        };
        /**
         * @description What came of an attempt.
         * @enum {string}
         */
        PromotionOutcome: "started" | "waits" | "refused";
        /** @description What was completed in one environment goes on to another one by itself. */
        PromotionRule: {
            /** @description Who made it or changed it last: they count as the author of its rollouts, and do not approve them. */
            created_by: string;
            /**
             * Format: int32
             * @description How long it stays in the source first, in minutes.
             */
            delay_minutes: number;
            /** @description Whether it does anything. */
            enabled: boolean;
            /**
             * Format: int32
             * @description How many of the nodes of the source must be online and have proven the bundle then, in percent; null: nobody asks.
             */
            healthy_percent?: number | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            last?: components["schemas"]["PromotionAttempt"] | null;
            /**
             * Format: date-time
             * @description When it is looked at next; null: there is nothing to take on.
             */
            look_at?: string | null;
            max_risk?: components["schemas"]["RiskLevel"] | null;
            /** @description In which manner it is rolled out. */
            rollout: components["schemas"]["RuleRollout"];
            /** @description Where a bundle comes from. */
            source: components["schemas"]["EnvironmentRef"];
            /** @description Where it goes to. */
            target: components["schemas"]["EnvironmentRef"];
        };
        /** @description One promotion rule. */
        PromotionRuleBody: {
            /** @description The rule. */
            promotion_rule: components["schemas"]["PromotionRule"];
        };
        /** @description A new promotion rule. Whoever makes it counts as the author of its rollouts. */
        PromotionRuleCreate: {
            /**
             * Format: int32
             * @description How long it stays in the source first, in minutes; not at all when absent.
             */
            delay_minutes?: number | null;
            /** @description Whether it does anything; true when absent. */
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description How many of the nodes of the source must be online and have proven the bundle then, in percent; nobody asks when absent.
             */
            healthy_percent?: number | null;
            max_risk?: components["schemas"]["RiskLevel"] | null;
            rollout?: components["schemas"]["RuleRollout"] | null;
            /** @description Where a bundle comes from: id or slug of an environment. */
            source: string;
            /** @description Where it goes to: id or slug of an environment that comes later. */
            target: string;
        };
        /** @description The promotion rules of a project, all of them. */
        PromotionRuleList: {
            /** @description The oldest first. */
            promotion_rules: components["schemas"]["PromotionRule"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description A change of a promotion rule. What is left out stays as it is. Whoever changes it counts as the author of its rollouts from now on. */
        PromotionRuleUpdate: {
            /**
             * Format: int32
             * @description How long a bundle stays in the source first, in minutes.
             */
            delay_minutes?: number | null;
            /** @description Whether it does anything. */
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description How many of the nodes of the source must be online and have proven the bundle then, in percent; null: nobody asks.
             */
            healthy_percent?: number | null;
            max_risk?: components["schemas"]["RiskLevel"] | null;
        };
        /** @description Most requests in a time; what comes on top is refused. */
        RateLimit: {
            /**
             * Format: int32
             * @description How many more may come at once; usually none.
             */
            burst?: number | null;
            /** @description Who shares them; usually all requests of the service. */
            by?: components["schemas"]["RateLimitBy"];
            /** @description Body of that answer. */
            message?: string | null;
            /**
             * Format: int32
             * @description In how many seconds; usually 1.
             */
            per_seconds?: number;
            /**
             * Format: int32
             * @description How many requests.
             */
            requests: number;
            /**
             * Format: int32
             * @description What is answered to the others; usually 429.
             */
            status?: number;
        };
        /** @description Who shares the requests of a limit. */
        RateLimitBy: "service" | "client_ip" | {
            /** @description All requests with the same value of a header. */
            header: string;
        };
        /**
         * @description The days of the week on which a freeze begins, and from when to when it lasts, by the clock of a time zone. What that comes to is worked
         *     out when the window is made: later changes of the zone's rules do not change it.
         */
        Recurrence: {
            /**
             * Format: int32
             * @description How many days later it ends, at most 7; when absent, the same day, or the next one when `ends` lies before `starts`.
             */
            days?: number | null;
            /** @description Until what time, such as `08:00`. */
            ends: string;
            /** @description At what time, such as `16:00`. */
            starts: string;
            /** @description Whose clock that is: a name of the IANA time zone database, such as `Europe/Berlin`. */
            time_zone: string;
            /** @description On which days it begins. */
            weekdays: components["schemas"]["Weekday"][];
        };
        /** @description A node enrols. */
        RegisterRequest: {
            /** @description What the agent can do. */
            capabilities?: string[];
            /** @description Proves that it may join the project. */
            enrolment_token: string;
            /** @description Its host name. */
            hostname?: string | null;
            /** @description Its address; the peer's when absent. */
            ip?: string | null;
            /** @description What rollouts select by. */
            labels?: {
                [key: string]: string;
            };
            /** @description Unique in the project. */
            name: string;
            /** @description Version of the proxy. */
            proxy_version?: string | null;
            /** @description Version of the agent. */
            version?: string | null;
        };
        /** @description A node is enrolled. */
        RegisterResponse: {
            /**
             * Format: int64
             * @description How often to send heartbeats, in seconds.
             */
            heartbeat_interval_s: number;
            /** @description Base URLs of all members. */
            members: string[];
            /**
             * Format: uuid
             * @description Its identity.
             */
            node_id: string;
            /** @description For `X-Zentinel-Node-Key`. Shown once. */
            node_key: string;
            /**
             * Format: int64
             * @description How often to poll without `wait`, in seconds.
             */
            poll_interval_s: number;
            /** @description What the node trusts from now on. */
            signing_keys: components["schemas"]["TrustedKey"][];
        };
        /** @description The course that a rollout would take. */
        Rehearsal: {
            /**
             * Format: int32
             * @description How many people would have to agree to it first. Here they do so at once.
             */
            approvals_needed: number;
            /** @description What was taken for granted. */
            assumptions: components["schemas"]["RehearsalAssumed"];
            /**
             * Format: date-time
             * @description When it begins.
             */
            begins_at: string;
            /** @description What a canary is compared by, step by step; empty with another strategy. */
            comparisons: components["schemas"]["RehearsedComparison"][];
            /**
             * Format: int64
             * @description The nodes of the project that were copied.
             */
            copied_nodes: number;
            /** @description Nodes that failed, at most 100. */
            failed: components["schemas"]["NodeRef"][];
            /**
             * Format: int64
             * @description How many failed.
             */
            failed_total: number;
            /**
             * Format: int64
             * @description Looks that the leader took.
             */
            looks: number;
            /**
             * Format: int64
             * @description How many nodes get the bundle.
             */
            nodes: number;
            /** @description How it ended. */
            outcome: components["schemas"]["RehearsalOutcome"];
            /** @description How many nodes were missing in the worst moment. */
            peak: components["schemas"]["RehearsedPeak"];
            /** @description Why it ended so, or was left there; null when all went well. */
            reason?: string | null;
            state?: components["schemas"]["RolloutState"] | null;
            /** @description In order. */
            steps: components["schemas"]["RehearsedStep"][];
            stopped_by?: components["schemas"]["RehearsedDecision"] | null;
            /** @description What was decided, in order, at most 500. */
            timeline: components["schemas"]["RehearsedDecision"][];
            /**
             * Format: int64
             * @description Decisions beyond these.
             */
            timeline_more: number;
            /**
             * Format: int64
             * @description How long it takes, in milliseconds.
             */
            total_ms: number;
            /** @description What was waited for before the first step, and on the way back. */
            waits: components["schemas"]["RehearsedWait"][];
            /** @description What to know before it is started. */
            warnings: string[];
        };
        /** @description What was taken for granted, all of it. */
        RehearsalAssumed: {
            /**
             * Format: int32
             * @description Shortest time from an assignment to its proof, in milliseconds.
             */
            activation_from_ms: number;
            /** @description These two are as the nodes' newest activations took. */
            activation_measured: boolean;
            /**
             * Format: int32
             * @description Longest time from an assignment to its proof, in milliseconds.
             */
            activation_to_ms: number;
            bad?: components["schemas"]["BadBundle"] | null;
            /** @description What is taken for granted besides, in words. */
            besides: string[];
            /**
             * Format: double
             * @description Share of the nodes that fail to activate the bundle, in percent.
             */
            failing_percent: number;
            /**
             * Format: double
             * @description How often nodes speak at least, in seconds.
             */
            heartbeat_interval_seconds: number;
            /**
             * Format: double
             * @description Share of the bundle's answers that are errors, in percent.
             */
            new_error_rate: number;
            /**
             * Format: double
             * @description 99th percentile of the bundle's latency, in milliseconds.
             */
            new_latency_ms: number;
            /**
             * Format: double
             * @description Share of the answers of other bundles that are errors, in percent.
             */
            old_error_rate: number;
            /**
             * Format: double
             * @description 99th percentile of the latency of other bundles, in milliseconds.
             */
            old_latency_ms: number;
            /**
             * Format: double
             * @description Requests that a node answers in a second, on average.
             */
            requests_per_second: number;
            /**
             * Format: int32
             * @description What is drawn comes from it.
             */
            seed: number;
            /**
             * Format: double
             * @description Share of the nodes that are online and fall silent when it begins, in percent.
             */
            silent_percent: number;
        };
        /** @description What is taken for granted; what is left out is as the answer says. */
        RehearsalAssumptions: {
            /**
             * Format: int32
             * @description Shortest time from an assignment to its proof, in milliseconds; as measured of late, or 2000.
             */
            activation_from_ms?: number | null;
            /**
             * Format: int32
             * @description Longest time from an assignment to its proof, in milliseconds; as measured of late, or 8000.
             */
            activation_to_ms?: number | null;
            bad?: components["schemas"]["BadBundle"] | null;
            /**
             * Format: double
             * @description Share of the nodes that fail to activate the bundle, 0 to 100; 0.
             */
            failing_percent?: number | null;
            /**
             * Format: int32
             * @description How often nodes speak, in seconds; as the members ask for.
             */
            heartbeat_interval_seconds?: number | null;
            /**
             * Format: double
             * @description Share of the bundle's answers that are errors, in percent; as that of the others.
             */
            new_error_rate?: number | null;
            /**
             * Format: double
             * @description 99th percentile of the bundle's latency, in milliseconds; as that of the others.
             */
            new_latency_ms?: number | null;
            /**
             * Format: double
             * @description Share of the answers of other bundles that are errors, in percent; 0.
             */
            old_error_rate?: number | null;
            /**
             * Format: double
             * @description 99th percentile of the latency of other bundles, in milliseconds; 50.
             */
            old_latency_ms?: number | null;
            /**
             * Format: double
             * @description Requests that a node answers in a second, on average; 10.
             */
            requests_per_second?: number | null;
            /**
             * Format: int32
             * @description What is drawn comes from it: the same seed gives the same course; 1.
             */
            seed?: number | null;
            /**
             * Format: double
             * @description Share of the nodes that are online and fall silent when it begins, 0 to 100; 0. Those that are offline stay so.
             */
            silent_percent?: number | null;
        };
        /**
         * @description How a rehearsal ended.
         * @enum {string}
         */
        RehearsalOutcome: "completed" | "rolled_back" | "failed" | "cancelled" | "refused" | "unfinished";
        /** @description What one step of a canary is compared by. */
        RehearsedComparison: {
            /**
             * Format: int32
             * @description Nodes with the bundle.
             */
            canary_nodes: number;
            /**
             * Format: double
             * @description Requests in a second of those with the bundle.
             */
            canary_requests_per_second: number;
            /**
             * Format: double
             * @description For how long both were compared, in seconds.
             */
            compared_seconds: number;
            /**
             * Format: int32
             * @description Nodes without it.
             */
            control_nodes: number;
            /**
             * Format: double
             * @description Requests in a second of those without it.
             */
            control_requests_per_second: number;
            /**
             * Format: int32
             * @description The deadline of the step, in seconds.
             */
            deadline_seconds: number;
            /**
             * Format: int32
             * @description So many are asked for.
             */
            min_requests: number;
            /**
             * Format: double
             * @description How long it takes at this traffic to say that the bundle is no worse, in seconds; null: it never could.
             */
            needs_seconds?: number | null;
            /**
             * Format: int64
             * @description Requests that were compared, of the group that has fewer.
             */
            requests: number;
            /**
             * Format: int32
             * @description The step.
             */
            step: number;
            verdict?: components["schemas"]["RehearsedVerdict"] | null;
        };
        /** @description Something that was decided. */
        RehearsedDecision: {
            /** @description As the audit log would name it. */
            action: string;
            /**
             * Format: int64
             * @description When, in milliseconds since the beginning.
             */
            at_ms: number;
            /** @description In the words that the audit log would have. */
            detail: string;
            /**
             * Format: uuid
             * @description The other rollout that it was about; null for the one that is rehearsed.
             */
            rollout_id?: string | null;
            /**
             * Format: int32
             * @description The step that it was about, from one, as the audit log counts.
             */
            step?: number | null;
        };
        /** @description Nodes that `max_unavailable` counts together, in their worst moment. */
        RehearsedGroup: {
            /**
             * Format: int32
             * @description Most that had failed or were not heard of at the same time.
             */
            away: number;
            /** @description Value of the label; null for the nodes without it, and where steps count. */
            failure_domain?: string | null;
            /**
             * Format: int32
             * @description How many nodes there are.
             */
            of: number;
            /**
             * Format: int32
             * @description The step, where these count; null with failure domains.
             */
            step?: number | null;
            /**
             * Format: int32
             * @description Most that were switching at the same time. They keep serving.
             */
            switching: number;
        };
        /** @description How many nodes were missing in the worst moment. */
        RehearsedPeak: {
            /**
             * Format: int32
             * @description Most nodes that had failed or were not heard of at the same time.
             */
            away: number;
            /** @description The groups that came worst off, at most 50. */
            groups: components["schemas"]["RehearsedGroup"][];
            /**
             * Format: int32
             * @description How many there are.
             */
            groups_total: number;
            /**
             * Format: int32
             * @description How many of each group may be away.
             */
            max_unavailable: number;
            /**
             * Format: int32
             * @description Most nodes that were switching at the same time. They keep serving.
             */
            switching: number;
        };
        /** @description A step as it was played. */
        RehearsedStep: {
            /**
             * Format: int64
             * @description When it came to its end.
             */
            ended_ms?: number | null;
            /** @description What stopped it. */
            error?: string | null;
            /**
             * Format: int32
             * @description Place, from zero.
             */
            index: number;
            /**
             * Format: int64
             * @description How many nodes.
             */
            nodes: number;
            /**
             * Format: int64
             * @description When it began, in milliseconds since the beginning; null: never.
             */
            started_ms?: number | null;
            /** @description Where it is at the end. */
            state: components["schemas"]["StepState"];
            /**
             * Format: int32
             * @description Share of the traffic that it gives them, in percent; null: it gives them the bundle.
             */
            traffic_weight?: number | null;
            /**
             * Format: int64
             * @description When all of its nodes had proven the bundle.
             */
            verified_ms?: number | null;
            /** @description What it waited for, in order. */
            waits: components["schemas"]["RehearsedWait"][];
        };
        /**
         * @description What the comparison came to in a step of a canary.
         * @enum {string}
         */
        RehearsedVerdict: "gathering" | "fair" | "worse";
        /** @description A time that was spent on one thing. */
        RehearsedWait: {
            /**
             * Format: int64
             * @description Since when, in milliseconds since the beginning.
             */
            from_ms: number;
            /** @description On what. */
            kind: components["schemas"]["RehearsedWaitKind"];
            /** @description What held it, in the last words for it. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Until when.
             */
            to_ms: number;
        };
        /**
         * @description What a rollout waits for.
         * @enum {string}
         */
        RehearsedWaitKind: "schedule" | "queue" | "freeze" | "switching" | "observing" | "gate" | "way_back";
        /** @description What requests may be like; others are answered with 500 by this version of the proxy. */
        RequestLimits: {
            /**
             * Format: int64
             * @description Most bytes of a body, at least 1 MiB; usually 10 MiB.
             */
            max_body_bytes?: number | null;
            /**
             * Format: int64
             * @description Most bytes of all headers together; usually 8,192.
             */
            max_header_bytes?: number | null;
            /**
             * Format: int64
             * @description Most headers, at most 254; usually 100.
             */
            max_header_count?: number | null;
        };
        /** @description Answers of an upstream after which it is asked again. A connection that is refused is not tried again. */
        RetryPolicy: {
            /**
             * Format: int32
             * @description Most times that it is asked, the first one among them: 2 to 10; usually 3.
             */
            attempts?: number;
            /**
             * Format: int64
             * @description Pause before the second time, in milliseconds; it doubles each time. Usually 100.
             */
            backoff_ms?: number;
            /**
             * Format: int64
             * @description Longest pause, in milliseconds; usually 2,000.
             */
            max_backoff_ms?: number;
            /** @description Also requests that may do something twice, such as POST. */
            non_idempotent?: boolean;
            /** @description The status codes, from 500 to 599; usually 502, 503 and 504. */
            on_status?: number[];
            /**
             * Format: int64
             * @description Longest time that one attempt may take, in milliseconds; none unless given.
             */
            per_try_timeout_ms?: number | null;
        };
        /**
         * @description Why a certificate is revoked (RFC 5280).
         * @enum {string}
         */
        RevocationReason: "unspecified" | "key_compromise" | "ca_compromise" | "affiliation_changed" | "superseded" | "cessation_of_operation" | "privilege_withdrawn";
        /** @description How dangerous it is to give a bundle to the nodes of a rollout, by what they run. */
        Risk: {
            /** @description What the nodes ran, or should have run, when it was judged. */
            against?: components["schemas"]["RiskBase"][];
            /** @description In a word. */
            level: components["schemas"]["RiskLevel"];
            /** @description Why. */
            reasons: string[];
        };
        /** @description A bundle that the risk of another one is judged against. */
        RiskBase: {
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /** @description Its version; null when it is gone. */
            version?: string | null;
        };
        /**
         * @description How dangerous a change is.
         * @enum {string}
         */
        RiskLevel: "low" | "medium" | "high";
        /**
         * @description What a person may do in an org; each role may do what the one before may.
         * @enum {string}
         */
        Role: "reader" | "operator" | "admin";
        /** @description A bundle carried to nodes in steps. */
        Rollout: {
            approval?: components["schemas"]["RolloutApproval"] | null;
            /** @description Each step begins by itself when those before it hold; else a person lets each one after the first begin. */
            auto_advance?: boolean;
            /** @description Take everything back by itself when a step fails. */
            auto_rollback: boolean;
            /**
             * Format: int32
             * @description Share of the nodes in a step; null when a number was asked for.
             */
            batch_percentage?: number | null;
            /**
             * Format: int32
             * @description Nodes in a step; null when a share was asked for.
             */
            batch_size?: number | null;
            /** @description Whether it has begun. One that waits has not, nor has one that ended before its time came or anybody let it. */
            begun?: boolean;
            blue_green_config?: components["schemas"]["BlueGreenConfig"] | null;
            break_glass?: components["schemas"]["BreakGlass"] | null;
            /**
             * Format: uuid
             * @description What shall run.
             */
            bundle_id: string;
            /** @description Version of that bundle. */
            bundle_version: string;
            /** @description Who paused or cancelled it, in these states. */
            by?: string | null;
            canary_analysis_config?: components["schemas"]["CanaryConfig"] | null;
            /** @description What must answer over HTTP while a step is observed. */
            checks?: components["schemas"]["HttpCheck"][];
            /**
             * Format: date-time
             * @description When it came to its end.
             */
            completed_at?: string | null;
            /** @description Who asked for it. */
            created_by: string;
            /**
             * Format: int32
             * @description The step that is under way or next, from zero.
             */
            current_step: number;
            deployment_slot?: components["schemas"]["Slot"] | null;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            error?: components["schemas"]["RolloutError"] | null;
            /** @description Label whose values are failure domains; null when these are not told apart. */
            failure_domain?: string | null;
            /** @description What must hold before the next step starts. */
            health_gates: components["schemas"]["HealthGates"];
            hold?: components["schemas"]["Hold"] | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            inserted_at: string;
            /**
             * Format: int32
             * @description How many nodes of a step, or of each failure domain, may be unreachable or fail without stopping it.
             */
            max_unavailable: number;
            /**
             * Format: int32
             * @description Number of nodes that get the bundle.
             */
            nodes: number;
            /** @description What it does when another rollout has nodes that it wants. */
            on_conflict?: components["schemas"]["OnConflict"];
            /**
             * Format: int32
             * @description Longest time that a step may take, pauses not counted.
             */
            progress_deadline_seconds: number;
            /**
             * Format: uuid
             * @description The project whose nodes it moves.
             */
            project_id: string;
            /**
             * Format: uuid
             * @description The promotion rule that asked for it.
             */
            promotion_rule_id?: string | null;
            /**
             * Format: int64
             * @description Counts up with every change.
             */
            revision: number;
            risk?: components["schemas"]["Risk"] | null;
            /**
             * Format: int32
             * @description Share of all its nodes at which failures stop it, in percent; null: only what each step may lose counts.
             */
            rollback_threshold?: number | null;
            /**
             * Format: date-time
             * @description When it shall begin; null: as soon as it may.
             */
            scheduled_at?: string | null;
            skip_order?: components["schemas"]["BreakGlass"] | null;
            standby_slot?: components["schemas"]["Slot"] | null;
            /**
             * Format: date-time
             * @description When it began; when it was asked for, as long as it has not.
             */
            started_at: string;
            /** @description Where it is in its life. */
            state: components["schemas"]["RolloutState"];
            /**
             * Format: int32
             * @description Number of steps.
             */
            steps: number;
            /** @description In which manner. */
            strategy: components["schemas"]["Strategy"];
            /**
             * Format: uuid
             * @description The rollout that stopped it and took its nodes.
             */
            superseded_by?: string | null;
            /** @description The groups that it is for, those that are still there; their nodes were counted when it was asked for. */
            target_groups?: components["schemas"]["NodeGroupRef"][];
            /** @description Where. */
            target_selector: components["schemas"]["TargetSelector"];
            template?: components["schemas"]["TemplateRef"] | null;
            /**
             * Format: int32
             * @description How many steps of traffic have passed; null with another strategy.
             */
            traffic_step_index?: number | null;
            /**
             * Format: int32
             * @description Share of the traffic that the slot with the new bundle has now, in percent; null with another strategy.
             */
            traffic_weight?: number | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: uuid
             * @description The rollout that it waits for, in the state `pending`.
             */
            waits_for?: string | null;
        };
        /** @description Who must agree to a rollout, and who has. */
        RolloutApproval: {
            /**
             * @description What is agreed to: the bundle, the nodes of each step, its portions, gates and canary, and its time. Whoever approves
             *     names it.
             */
            digest: string;
            /**
             * Format: date-time
             * @description Until when somebody must have decided.
             */
            expires_at: string;
            /** @description Who has. Those who lost the role, or left, are taken out when they are counted. */
            given: components["schemas"]["GivenApproval"][];
            /**
             * Format: int32
             * @description How many people.
             */
            needed: number;
        };
        /** @description Agreement to a rollout. */
        RolloutApprove: {
            /** @description `approval.digest` of the rollout as it was looked at. Another one is refused. */
            digest: string;
        };
        /** @description One rollout. */
        RolloutBody: {
            /** @description The rollout. */
            rollout: components["schemas"]["Rollout"];
        };
        /** @description Why a rollout is let through every freeze. */
        RolloutBreakGlass: {
            /** @description Kept with the rollout and in the audit log; not blank, at most 1,000 characters. */
            override_freeze_reason: string;
        };
        /** @description A new rollout. It starts at once, unless it needs approvals or has a time. */
        RolloutCreate: {
            /** @description Whether each step begins by itself when those before it hold; true when absent. Else a person lets each one after the first begin. */
            auto_advance?: boolean | null;
            /** @description Take everything back by itself when a step fails; true when absent. */
            auto_rollback?: boolean | null;
            /**
             * Format: int32
             * @description Share of the nodes in a step, 1 to 100; not together with `batch_size`.
             */
            batch_percentage?: number | null;
            /**
             * Format: int32
             * @description Nodes in a step; 1 when neither this nor `batch_percentage` is given.
             */
            batch_size?: number | null;
            blue_green_config?: components["schemas"]["BlueGreenConfig"] | null;
            /**
             * Format: uuid
             * @description What shall run.
             */
            bundle_id: string;
            canary_analysis_config?: components["schemas"]["CanaryConfig"] | null;
            /** @description What must answer over HTTP while a step is observed, at most 10; nothing when absent. */
            checks?: components["schemas"]["HttpCheck"][] | null;
            /** @description Id or slug of an environment: of what the target selects, only nodes in it. `environment_id` means the same. */
            environment?: string | null;
            /**
             * @description Label whose values are failure domains: steps are spread over them, and none takes all of a domain of more than one node. Null: none,
             *     whatever the template says.
             */
            failure_domain?: string | null;
            health_gates?: components["schemas"]["HealthGates"] | null;
            /**
             * Format: int32
             * @description How many nodes of a step may be unreachable or fail without stopping it; none when absent. With `failure_domain`: how many of
             *     each domain, of all steps that have begun.
             */
            max_unavailable?: number | null;
            on_conflict?: components["schemas"]["OnConflict"] | null;
            /** @description Let it through every freeze, and why: for administrators, in person. Kept with the rollout and in the audit log. */
            override_freeze_reason?: string | null;
            /**
             * Format: int32
             * @description Longest time that a step may take, pauses not counted; 600 when absent.
             */
            progress_deadline_seconds?: number | null;
            /**
             * Format: int32
             * @description Share of all its nodes, 1 to 100: when as many have failed with the bundle, it fails at once, however many each step may lose.
             *     Null: none, whatever the template says.
             */
            rollback_threshold?: number | null;
            /**
             * Format: date-time
             * @description When it shall begin, within a year; at once when absent.
             */
            scheduled_at?: string | null;
            /** @description Let it past the order of environments, and why: for administrators, in person. Kept with the rollout and in the audit log. */
            skip_order_reason?: string | null;
            strategy?: components["schemas"]["Strategy"] | null;
            target_selector?: components["schemas"]["TargetSelector"] | null;
            /**
             * @description Id or name of the template that it is made from: what is absent here is as it says, and else as it usually is. What is said here
             *     wins, each field as a whole.
             */
            template?: string | null;
        };
        /** @description A rollout with its steps and nodes. */
        RolloutDetail: {
            canary_analysis_results?: components["schemas"]["CanaryAnalysis"] | null;
            /** @description How the checks do, in the order in which they were asked for. */
            check_results?: components["schemas"]["CheckResult"][];
            /** @description The freeze that holds it now, or would when it goes on; null when none does, and when somebody broke the glass or it is over. */
            frozen?: string | null;
            /** @description By step and name. */
            nodes: components["schemas"]["RolloutNode"][];
            /** @description In numbers. */
            progress: components["schemas"]["RolloutProgress"];
            /** @description The rollout. */
            rollout: components["schemas"]["Rollout"];
            /** @description In order. */
            steps: components["schemas"]["RolloutStep"][];
        };
        /** @description What stopped a rollout or a step. */
        RolloutError: {
            /** @description Nodes that did not come back, with the cause in words. */
            exceptions?: string[];
            /** @description In words. */
            reason: string;
        };
        /** @description Rollouts of a project. */
        RolloutList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /** @description Newest first. */
            rollouts: components["schemas"]["Rollout"][];
            /**
             * Format: int64
             * @description Length of this page.
             */
            total: number;
        };
        /** @description One node of a rollout. Of a rollout that has ended: as the node was then. */
        RolloutNode: {
            /** @description It runs what it shall run. */
            converged: boolean;
            /**
             * Format: uuid
             * @description The bundle that it has proven to run.
             */
            effective_bundle_id?: string | null;
            /**
             * Format: int64
             * @description The assignment that it has proven to run.
             */
            effective_generation?: number | null;
            failure?: components["schemas"]["NodeFailure"] | null;
            /** @description Its failure domain, by its labels as they are now; null without the label, and when domains are not told apart. */
            failure_domain?: string | null;
            /**
             * @description What each gate that was asked for says of it, as long as the rollout goes forward and has given it the bundle. Traffic of a
             *     blue-green rollout is judged by the leader alone, since it was shifted.
             */
            gates?: components["schemas"]["NodeGate"][];
            /**
             * Format: int64
             * @description The assignment that the rollout gave it last.
             */
            generation?: number | null;
            /** @description Its newest heartbeat calls the proxy healthy. */
            healthy?: boolean | null;
            /** @description Its name; null when the node was gone before the rollout ended. */
            name?: string | null;
            /**
             * Format: uuid
             * @description The node.
             */
            node_id: string;
            /**
             * Format: uuid
             * @description The bundle it goes back to.
             */
            previous_bundle_id?: string | null;
            /** @description Version of that bundle. */
            previous_version?: string | null;
            slot?: components["schemas"]["Slot"] | null;
            /** @description Where it is. */
            state: components["schemas"]["RolloutNodeState"];
            status?: components["schemas"]["NodeStatus"] | null;
            /**
             * Format: int32
             * @description The step that moves it.
             */
            step: number;
            traffic?: components["schemas"]["Traffic"] | null;
            usage?: components["schemas"]["Usage"] | null;
            /**
             * Format: int32
             * @description How much of its share of traffic it gets, in percent; null when the node is gone.
             */
            weight?: number | null;
        };
        /**
         * @description Where a node is inside a rollout.
         * @enum {string}
         */
        RolloutNodeState: "pending" | "assigned" | "completed" | "restoring" | "nothing_to_restore" | "kept";
        /** @description What a rollout would do if it were started now. */
        RolloutPlan: {
            /**
             * Format: int32
             * @description How many people would have to agree to it first.
             */
            approvals_needed?: number;
            /** @description What would run. */
            bundle: components["schemas"]["Bundle"];
            /** @description Other rollouts that have these nodes, or wait for them: this one would wait for them or supersede them. */
            conflicts?: components["schemas"]["PlanConflict"][];
            default_template?: components["schemas"]["TemplateRef"] | null;
            /** @description The environments that have nodes in the plan, in their order; empty where there are none. */
            environments?: components["schemas"]["PlannedEnvironment"][];
            /** @description Selected and left out. */
            excluded: components["schemas"]["ExcludedNode"][];
            /** @description The freeze that would hold it now, in words. */
            frozen?: string | null;
            /** @description With blue-green, the nodes that have the traffic now and keep what they run; empty with another strategy. */
            kept?: components["schemas"]["NodeRef"][];
            /** @description Why the order of environments refuses it, in words; null when it does not. */
            out_of_order?: string | null;
            /** @description How dangerous that is for these nodes. */
            risk: components["schemas"]["Risk"];
            settings?: components["schemas"]["RolloutSettings"] | null;
            /** @description In order. */
            steps: components["schemas"]["PlannedStep"][];
            template?: components["schemas"]["TemplateRef"] | null;
        };
        /** @description How far a rollout is, in nodes. */
        RolloutProgress: {
            /**
             * Format: int64
             * @description Have proven to run the new bundle.
             */
            active: number;
            /**
             * Format: int64
             * @description Reported that the newest assignment failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description None of the others.
             */
            pending: number;
            /**
             * Format: int64
             * @description Have proven to run again what they ran before.
             */
            restored: number;
            /**
             * Format: int64
             * @description All that get the bundle.
             */
            total: number;
        };
        /** @description A rollout, and what is taken for granted. */
        RolloutRehearse: {
            /** @description What is taken for granted. */
            assumptions?: components["schemas"]["RehearsalAssumptions"];
            /** @description What would be asked for. */
            rollout: components["schemas"]["RolloutCreate"];
        };
        /** @description Refusal of a rollout. */
        RolloutReject: {
            /** @description Why; not blank, at most 1,000 characters. */
            comment: string;
        };
        /** @description Which step may begin. */
        RolloutRelease: {
            /**
             * Format: int32
             * @description The step that waits, from zero: `current_step` of the rollout as it was looked at. Another one is refused.
             */
            step_index: number;
        };
        /** @description Why a rollout is taken back. */
        RolloutRollback: {
            /** @description For the audit log, at most 1,000 characters. */
            reason?: string | null;
        };
        /** @description Where and how a rollout goes. */
        RolloutSettings: {
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /** @description In which manner: every field, those that nobody asked for as they usually are. */
            rollout: components["schemas"]["RuleRollout"];
            /** @description Where. */
            target_selector: components["schemas"]["TargetSelector"];
        };
        /**
         * @description Where a rollout is in its life.
         * @enum {string}
         */
        RolloutState: "pending_approval" | "scheduled" | "pending" | "running" | "paused" | "rolling_back" | "completed" | "failed" | "cancelled" | "rolled_back";
        /** @description A portion of the nodes, or a share of the traffic. */
        RolloutStep: {
            /**
             * Format: date-time
             * @description When it came to its end.
             */
            completed_at?: string | null;
            deployment_slot?: components["schemas"]["Slot"] | null;
            error?: components["schemas"]["RolloutError"] | null;
            /** @description Its nodes. Those of a share of the traffic are all that get the bundle. */
            node_ids: string[];
            /**
             * Format: int64
             * @description Milliseconds that it ran before the newest pause; they count against the deadline.
             */
            ran_ms: number;
            /**
             * Format: date-time
             * @description Since when it runs without a pause.
             */
            running_since?: string | null;
            /**
             * Format: date-time
             * @description When it first started.
             */
            started_at?: string | null;
            /** @description Where it is in its life. */
            state: components["schemas"]["StepState"];
            /**
             * Format: int32
             * @description Place, from zero.
             */
            step_index: number;
            /**
             * Format: int32
             * @description Share of the traffic that the slot gets in this step, in percent; 0 while it gets the bundle. Null with another strategy.
             */
            traffic_weight?: number | null;
        };
        /** @description How a rollout goes, but for its bundle, its time and its reasons. Whoever uses it gets a copy. */
        RolloutTemplate: {
            /** @description Who made it. */
            created_by: string;
            /** @description What it is for. */
            description: string;
            environment?: components["schemas"]["EnvironmentRef"] | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description What people start from when they say nothing else; one of a project at most. Nothing uses it unasked. */
            is_default: boolean;
            /** @description Unique in the project. */
            name: string;
            /** @description In which manner: every field, those that nobody asked for as they usually are. */
            rollout: components["schemas"]["RuleRollout"];
            /** @description Where. */
            target_selector: components["schemas"]["TargetSelector"];
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
        };
        /** @description One template. */
        RolloutTemplateBody: {
            /** @description The template. */
            rollout_template: components["schemas"]["RolloutTemplate"];
        };
        /** @description A template to make. */
        RolloutTemplateCreate: {
            /** @description What it is for, at most 500 characters. */
            description?: string | null;
            /** @description Id or slug of an environment: of what the target selects, only nodes in it. */
            environment?: string | null;
            /** @description It is the default from now on, and no other one is; no when absent. */
            is_default?: boolean | null;
            /** @description Unique in the project. */
            name: string;
            rollout?: components["schemas"]["RuleRollout"] | null;
            /** @description Where. It names at most 500 nodes. */
            target_selector: components["schemas"]["TargetSelector"];
        };
        /** @description The templates of a project, all of them. */
        RolloutTemplateList: {
            /** @description The default first, then by name. */
            rollout_templates: components["schemas"]["RolloutTemplate"][];
            /**
             * Format: int64
             * @description How many.
             */
            total: number;
        };
        /** @description What to change of a template. What is absent stays as it is. */
        RolloutTemplateUpdate: {
            /** @description What it is for. */
            description?: string | null;
            /** @description Id or slug of an environment: of what the target selects, only nodes in it. */
            environment?: string | null;
            /** @description Whether it is the default. When it is, no other one is any more. */
            is_default?: boolean | null;
            /** @description Its name from now on. */
            name?: string | null;
            rollout?: components["schemas"]["RuleRollout"] | null;
            target_selector?: components["schemas"]["TargetSelector"] | null;
        };
        /** @description In which manner a rule rolls out, as in a new rollout. */
        RuleRollout: {
            /** @description Whether each step begins by itself when those before it hold; true when absent. Else a person lets each one after the first begin. */
            auto_advance?: boolean | null;
            /** @description Take everything back by itself when a step fails; true when absent. */
            auto_rollback?: boolean | null;
            /**
             * Format: int32
             * @description Share of the nodes in a step, 1 to 100; not together with `batch_size`.
             */
            batch_percentage?: number | null;
            /**
             * Format: int32
             * @description Nodes in a step; 1 when neither this nor `batch_percentage` is given.
             */
            batch_size?: number | null;
            blue_green_config?: components["schemas"]["BlueGreenConfig"] | null;
            canary_analysis_config?: components["schemas"]["CanaryConfig"] | null;
            /** @description What must answer over HTTP while a step is observed; at most ten. */
            checks?: components["schemas"]["HttpCheck"][];
            /** @description Label whose values are failure domains. */
            failure_domain?: string | null;
            health_gates?: components["schemas"]["HealthGates"] | null;
            /**
             * Format: int32
             * @description How many nodes of a step may be unreachable or fail without stopping it; none when absent.
             */
            max_unavailable?: number | null;
            on_conflict?: components["schemas"]["OnConflict"] | null;
            /**
             * Format: int32
             * @description Longest time that a step may take, pauses not counted; 600 when absent.
             */
            progress_deadline_seconds?: number | null;
            /**
             * Format: int32
             * @description Share of all its nodes, 1 to 100: when as many have failed with the bundle, it fails at once.
             */
            rollback_threshold?: number | null;
            /** @description In which manner. */
            strategy?: components["schemas"]["Strategy"];
        };
        /** @description What a node really runs, in full. */
        RuntimeConfig: {
            /** @description The text. */
            config_kdl: string;
            diff?: components["schemas"]["RuntimeConfigDiff"] | null;
            /**
             * Format: int64
             * @description The generation that it was compared with.
             */
            generation: number;
            /** @description SHA-256 of the file as it was measured; null when nothing was, or there is no file. */
            hash?: string | null;
            /**
             * Format: uuid
             * @description The node.
             */
            node_id: string;
            /** @description Where the text is from. */
            source: components["schemas"]["RuntimeConfigSource"];
            /** @description Whether it is what was assigned. */
            status: components["schemas"]["DriftStatus"];
            /** @description It is longer than what is kept. */
            truncated: boolean;
            /**
             * Format: date-time
             * @description When a member took it in.
             */
            updated_at?: string | null;
        };
        /** @description What a node really runs. */
        RuntimeConfigBody: {
            /** @description The configuration. */
            runtime_config: components["schemas"]["RuntimeConfig"];
        };
        /** @description From what was assigned to what runs. */
        RuntimeConfigDiff: {
            /**
             * Format: int64
             * @description Lines that came.
             */
            additions: number;
            /**
             * Format: int64
             * @description Lines that went.
             */
            deletions: number;
            /** @description Unified diff. */
            diff: string;
            /** @description What it means; null when one of the texts cannot be read as a configuration. */
            semantic?: components["schemas"]["SemanticChange"][] | null;
        };
        /** @description The configuration that a node runs and was not assigned, told by its agent once for each. */
        RuntimeConfigReport: {
            /** @description The text, at most 64 KiB of it. */
            config_kdl: string;
            /** @description What the agent had written instead, at most 64 KiB of it. */
            expected_kdl: string;
            /**
             * Format: int64
             * @description The generation that it was compared with.
             */
            generation: number;
            /** @description SHA-256 of the whole text. */
            hash: string;
            /** @description One of the texts is longer than that. */
            truncated?: boolean;
        };
        /**
         * @description Where a configuration is from.
         * @enum {string}
         */
        RuntimeConfigSource: "bundle" | "node";
        /**
         * @description One right of an API key.
         * @enum {string}
         */
        Scope: "nodes:read" | "nodes:write" | "bundles:read" | "bundles:write" | "rollouts:read" | "rollouts:write" | "services:read" | "services:write" | "api_keys:admin";
        /** @description The values, sealed. */
        SealedNodeSecrets: {
            /** @description The 32 bytes of the encapsulated key, and the sealed JSON; base64. */
            sealed: string;
            /** @description Which values these are, as polls name it. */
            stamp: string;
        };
        /** @description An object of the configuration that names a secret. */
        SecretUse: {
            /** @description Its fields that name the secret, at most twenty. */
            fields: string[];
            /** @description What the object is. */
            kind: components["schemas"]["ConfigKind"];
            /** @description Its slug. */
            slug: string;
        };
        /** @description One value that a secret has or had. */
        SecretVersion: {
            /** @description By whom. */
            created_by: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            inserted_at: string;
            /**
             * Format: int64
             * @description Its number, from 1.
             */
            version: number;
        };
        /** @description Headers that tell browsers to be careful; what is not given is not sent. */
        SecurityHeaders: {
            /** @description `Content-Security-Policy`. */
            content_security_policy?: string | null;
            frame_options?: components["schemas"]["FrameOptions"] | null;
            /** @description That it holds for subdomains too. */
            hsts_include_subdomains?: boolean;
            /**
             * Format: int64
             * @description `Strict-Transport-Security`: how long browsers use nothing but TLS, in seconds.
             */
            hsts_seconds?: number | null;
            /** @description `X-Content-Type-Options: nosniff`. */
            no_sniff?: boolean;
            /** @description `Permissions-Policy`. */
            permissions_policy?: string | null;
            /** @description `Referrer-Policy`. */
            referrer_policy?: string | null;
        };
        /** @description What differs in meaning: names of objects. */
        SemanticChange: {
            /** @description Only in what runs. */
            added: string[];
            /** @description In both, with other settings. */
            changed: string[];
            /** @description `routes`, `upstreams`, `listeners`, `filters`, `agents`, `namespaces` or `settings`. */
            kind: string;
            /** @description Only in what was assigned. */
            removed: string[];
        };
        /** @description Requests that belong together: which ones, where they go, and what happens on the way. */
        Service: {
            access_control?: components["schemas"]["AccessControl"] | null;
            cache?: components["schemas"]["CachePolicy"] | null;
            compression?: components["schemas"]["Compression"] | null;
            cors?: components["schemas"]["CorsPolicy"] | null;
            /** @description What it is for. */
            description?: string;
            /** @description Whether the proxy serves it. */
            enabled?: boolean;
            headers?: components["schemas"]["HeadersPolicy"] | null;
            /** @description On which hosts: names, or `*.example.com` for all below. Empty: on all. */
            hosts?: string[];
            /** @description With which headers: name → value, or null for any value. */
            match_headers?: {
                [key: string]: string | null;
            };
            /** @description With which parts of the query: name → value, or null for any value. */
            match_query?: {
                [key: string]: string | null;
            };
            /** @description With which methods. Empty: with all. */
            methods?: string[];
            /** @description What happens besides, in this order. */
            middlewares?: components["schemas"]["Attachment"][];
            /** @description What people call it; usually its slug. */
            name?: string;
            path_rewrite?: components["schemas"]["PathRewrite"] | null;
            /**
             * Format: int32
             * @description Which service comes first where several match: the one with the highest number, 0 to 100; usually 50. Then the one that says more: a
             *     whole path before a beginning, a longer one before a shorter one, a host before none, more methods and headers before fewer.
             */
            priority?: number | null;
            rate_limit?: components["schemas"]["RateLimit"] | null;
            /**
             * Format: int32
             * @description With which status it is sent elsewhere; usually 301.
             */
            redirect_status?: number | null;
            /** @description The client is sent elsewhere. */
            redirect_url?: string | null;
            request_transform?: components["schemas"]["Transform"] | null;
            /** @description Body of that answer. */
            respond_body?: string | null;
            /**
             * Format: int32
             * @description The proxy answers by itself, with this status.
             */
            respond_status?: number | null;
            response_transform?: components["schemas"]["Transform"] | null;
            retry?: components["schemas"]["RetryPolicy"] | null;
            /** @description Which paths: `/health` is that one, `/shop/*` it and everything below, `/users/*\/orders` one segment in the place of the `*`. */
            route_path: string;
            security?: components["schemas"]["SecurityHeaders"] | null;
            /**
             * Format: int64
             * @description Longest time until the upstream answers, in seconds.
             */
            timeout_seconds?: number | null;
            traffic_split?: components["schemas"]["TrafficSplit"] | null;
            /** @description It goes to an upstream group. */
            upstream_group?: string | null;
            /** @description It goes to one server: `http://10.0.0.1:8080` or `https://api.example.com`. */
            upstream_url?: string | null;
            /** @description It may become a WebSocket. */
            websocket?: boolean;
        };
        /** @description One object. */
        ServiceBody: {
            /** @description What it says, and who changed that last. */
            service: components["schemas"]["ServiceObject"];
        };
        /** @description Requests that belong together: which ones, where they go, and what happens on the way. */
        ServiceCreate: {
            access_control?: components["schemas"]["AccessControl"] | null;
            cache?: components["schemas"]["CachePolicy"] | null;
            compression?: components["schemas"]["Compression"] | null;
            cors?: components["schemas"]["CorsPolicy"] | null;
            /** @description What it is for. */
            description?: string;
            /** @description Whether the proxy serves it. */
            enabled?: boolean;
            headers?: components["schemas"]["HeadersPolicy"] | null;
            /** @description On which hosts: names, or `*.example.com` for all below. Empty: on all. */
            hosts?: string[];
            /** @description With which headers: name → value, or null for any value. */
            match_headers?: {
                [key: string]: string | null;
            };
            /** @description With which parts of the query: name → value, or null for any value. */
            match_query?: {
                [key: string]: string | null;
            };
            /** @description With which methods. Empty: with all. */
            methods?: string[];
            /** @description What happens besides, in this order. */
            middlewares?: components["schemas"]["Attachment"][];
            /** @description What people call it; usually its slug. */
            name?: string;
            path_rewrite?: components["schemas"]["PathRewrite"] | null;
            /**
             * Format: int32
             * @description Which service comes first where several match: the one with the highest number, 0 to 100; usually 50. Then the one that says more: a
             *     whole path before a beginning, a longer one before a shorter one, a host before none, more methods and headers before fewer.
             */
            priority?: number | null;
            rate_limit?: components["schemas"]["RateLimit"] | null;
            /**
             * Format: int32
             * @description With which status it is sent elsewhere; usually 301.
             */
            redirect_status?: number | null;
            /** @description The client is sent elsewhere. */
            redirect_url?: string | null;
            request_transform?: components["schemas"]["Transform"] | null;
            /** @description Body of that answer. */
            respond_body?: string | null;
            /**
             * Format: int32
             * @description The proxy answers by itself, with this status.
             */
            respond_status?: number | null;
            response_transform?: components["schemas"]["Transform"] | null;
            retry?: components["schemas"]["RetryPolicy"] | null;
            /** @description Which paths: `/health` is that one, `/shop/*` it and everything below, `/users/*\/orders` one segment in the place of the `*`. */
            route_path: string;
            security?: components["schemas"]["SecurityHeaders"] | null;
            /** @description Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent. */
            slug?: string | null;
            /**
             * Format: int64
             * @description Longest time until the upstream answers, in seconds.
             */
            timeout_seconds?: number | null;
            traffic_split?: components["schemas"]["TrafficSplit"] | null;
            /** @description It goes to an upstream group. */
            upstream_group?: string | null;
            /** @description It goes to one server: `http://10.0.0.1:8080` or `https://api.example.com`. */
            upstream_url?: string | null;
            /** @description It may become a WebSocket. */
            websocket?: boolean;
        };
        /** @description A page of objects. */
        ServiceList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /** @description By slug. */
            services: components["schemas"]["ServiceObject"][];
            /**
             * Format: int64
             * @description Length of the page.
             */
            total: number;
        };
        /** @description Requests that belong together: which ones, where they go, and what happens on the way. */
        ServiceObject: {
            access_control?: components["schemas"]["AccessControl"] | null;
            cache?: components["schemas"]["CachePolicy"] | null;
            compression?: components["schemas"]["Compression"] | null;
            cors?: components["schemas"]["CorsPolicy"] | null;
            /** @description What it is for. */
            description?: string;
            /** @description Whether the proxy serves it. */
            enabled?: boolean;
            headers?: components["schemas"]["HeadersPolicy"] | null;
            /** @description On which hosts: names, or `*.example.com` for all below. Empty: on all. */
            hosts?: string[];
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description With which headers: name → value, or null for any value. */
            match_headers?: {
                [key: string]: string | null;
            };
            /** @description With which parts of the query: name → value, or null for any value. */
            match_query?: {
                [key: string]: string | null;
            };
            /** @description With which methods. Empty: with all. */
            methods?: string[];
            /** @description What happens besides, in this order. */
            middlewares?: components["schemas"]["Attachment"][];
            /** @description What people call it; usually its slug. */
            name?: string;
            path_rewrite?: components["schemas"]["PathRewrite"] | null;
            /**
             * Format: int32
             * @description Which service comes first where several match: the one with the highest number, 0 to 100; usually 50. Then the one that says more: a
             *     whole path before a beginning, a longer one before a shorter one, a host before none, more methods and headers before fewer.
             */
            priority?: number | null;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            rate_limit?: components["schemas"]["RateLimit"] | null;
            /**
             * Format: int32
             * @description With which status it is sent elsewhere; usually 301.
             */
            redirect_status?: number | null;
            /** @description The client is sent elsewhere. */
            redirect_url?: string | null;
            request_transform?: components["schemas"]["Transform"] | null;
            /** @description Body of that answer. */
            respond_body?: string | null;
            /**
             * Format: int32
             * @description The proxy answers by itself, with this status.
             */
            respond_status?: number | null;
            response_transform?: components["schemas"]["Transform"] | null;
            retry?: components["schemas"]["RetryPolicy"] | null;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Which paths: `/health` is that one, `/shop/*` it and everything below, `/users/*\/orders` one segment in the place of the `*`. */
            route_path: string;
            security?: components["schemas"]["SecurityHeaders"] | null;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            /**
             * Format: int64
             * @description Longest time until the upstream answers, in seconds.
             */
            timeout_seconds?: number | null;
            traffic_split?: components["schemas"]["TrafficSplit"] | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
            /** @description It goes to an upstream group. */
            upstream_group?: string | null;
            /** @description It goes to one server: `http://10.0.0.1:8080` or `https://api.example.com`. */
            upstream_url?: string | null;
            /** @description It may become a WebSocket. */
            websocket?: boolean;
        };
        /** @description A service to begin with. It has nothing that the proxy does not do. */
        ServiceTemplate: {
            /** @description What kind of service it is for, such as `api` or `websocket`. */
            category: string;
            /** @description What it does. */
            description: string;
            /** @description What people expect of it, and it does not have. */
            left_out: components["schemas"]["ServiceTemplateLeftOut"][];
            /** @description Its stable name, such as `rest-api`. */
            name: string;
            /** @description What can be said when it is used. */
            parameters: components["schemas"]["ServiceTemplateParameter"][];
            /** @description Its name for people. */
            title: string;
        };
        /** @description What is said when a template is used. */
        ServiceTemplateFill: {
            /** @description On which hosts: names, or `*.example.com` for all below. Empty: on all. */
            hosts?: string[];
            /** @description Which paths: `/shop/*` is `/shop` and everything below; the template's own unless given. */
            path?: string | null;
            /** @description The name that the targets' certificate must have; their host unless given. */
            server_name?: string | null;
            /** @description The slug of the service, and of the upstream group behind it; the template's name unless given. */
            slug?: string | null;
            /** @description Where it goes: `10.0.0.1:8080`, or `https://api.example.com` for TLS. */
            targets?: string[];
        };
        /** @description What a template does not have. */
        ServiceTemplateLeftOut: {
            /** @description What it is. */
            what: string;
            /** @description Why, and what to do instead where that is known. */
            why: string;
        };
        /** @description Every template. */
        ServiceTemplateList: {
            /** @description In the order in which they are shown. */
            service_templates: components["schemas"]["ServiceTemplate"][];
        };
        /** @description Something that is said when a template is used. */
        ServiceTemplateParameter: {
            /** @description What it is where nobody says it; null: nothing. */
            default?: string | null;
            /** @description What it is. */
            description: string;
            /** @description It is a list. */
            many: boolean;
            /** @description Its field in the request. */
            name: string;
            /** @description It must be said. */
            required: boolean;
        };
        /** @description Who is signed in. */
        Session: {
            /**
             * Format: date-time
             * @description When the session ends; there is no way to prolong it.
             */
            expires_at: string;
            /** @description The orgs they belong to. */
            memberships: components["schemas"]["Membership"][];
            /** @description For `Authorization: Bearer`; only in the answer to a sign-in with `"as": "token"`. */
            token?: string | null;
            /** @description The person. */
            user: components["schemas"]["User"];
        };
        /** @description Who signs in. */
        SessionCreate: {
            /** @description How the session is handed over; a cookie when absent. */
            as?: components["schemas"]["SessionKind"];
            /** @description E-mail address. */
            email: string;
            /**
             * Format: password
             * @description Password.
             */
            password: string;
        };
        /**
         * @description How the session is handed over.
         * @enum {string}
         */
        SessionKind: "cookie" | "token";
        /** @description What holds for the whole proxy; what is not given is as the proxy has it. */
        SettingsObject: {
            access_log?: components["schemas"]["AccessLog"] | null;
            cache?: components["schemas"]["CacheStore"] | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            limits?: components["schemas"]["RequestLimits"] | null;
            /** @description What people call it. */
            name?: string;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /**
             * Format: int32
             * @description Most requests per second of a whole node, of those that go to an upstream; none unless given.
             */
            requests_per_second?: number | null;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
            /**
             * Format: int32
             * @description Threads that serve; one for each processor unless given.
             */
            worker_threads?: number | null;
        };
        /**
         * @description How much an event matters.
         * @enum {string}
         */
        Severity: "debug" | "info" | "warn" | "error";
        /** @description A public key with which an org's bundles and node tokens are verified. */
        SigningKey: {
            /** @description New signatures are made with it. */
            active?: boolean;
            /** @description Always `Ed25519`. */
            algorithm?: string;
            /** @description Name of the key, as signatures carry it. */
            key_id: string;
            /** @description The raw 32 bytes, base64. */
            public_key: string;
        };
        /** @description All public keys of an org. */
        SigningKeyList: {
            /** @description Newest first. */
            signing_keys: components["schemas"]["SigningKey"][];
        };
        /** @description The simulator of a project. */
        Simulator: {
            /**
             * Format: int32
             * @description How many all simulators of the cluster may have together.
             */
            cluster_nodes_max: number;
            /**
             * Format: date-time
             * @description When it ends by itself.
             */
            expires_at?: string | null;
            /**
             * Format: int64
             * @description The member that plays them: the leader.
             */
            member_id?: number | null;
            /** @description Its nodes now. */
            nodes: components["schemas"]["SimulatorNodes"];
            /**
             * Format: int32
             * @description How many nodes the simulators of the other sandboxes of the cluster have.
             */
            other_nodes: number;
            /** @description Whether there may be one here: the project is a sandbox. */
            sandbox: boolean;
            /** @description What its nodes are like; where there is none, what they would be like. */
            settings: components["schemas"]["SimulatorSettings"];
            /**
             * Format: date-time
             * @description When it was started.
             */
            started_at?: string | null;
            /** @description Who started it. */
            started_by?: string | null;
            /** @description Whether it runs. */
            state: components["schemas"]["SimulatorState"];
        };
        /** @description The simulator of a project. */
        SimulatorBody: {
            /** @description The simulator. */
            simulator: components["schemas"]["Simulator"];
        };
        /** @description The simulated nodes of a project in numbers. */
        SimulatorNodes: {
            /**
             * Format: int64
             * @description Their newest assignment failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description Have proven to run what they shall run.
             */
            in_sync: number;
            /**
             * Format: int64
             * @description Have joined.
             */
            joined: number;
            /**
             * Format: int64
             * @description Are heard.
             */
            online: number;
            /**
             * Format: int64
             * @description Are on their way to what they shall run.
             */
            pending: number;
        };
        /** @description What starts a simulator or changes one. What is left out stays as it is, or is what nobody has set. */
        SimulatorSet: {
            /**
             * Format: int32
             * @description Share of requests that are answered with an error, in thousandths.
             */
            error_permille?: number | null;
            /**
             * Format: int32
             * @description Share of activations that fail, in percent. A bundle that a node has run before does not.
             */
            failure_percent?: number | null;
            /**
             * Format: int32
             * @description Share of nodes that fall silent for 45 seconds now and then, in percent.
             */
            flap_percent?: number | null;
            /** @description Labels, with the values that the nodes get in turn, such as zone: a, b, c. They stay what they are while the simulator runs. */
            labels?: {
                [key: string]: string[];
            } | null;
            /**
             * Format: int32
             * @description How long it goes on from now, in minutes; two hours when it starts and nobody says.
             */
            lasts_minutes?: number | null;
            /**
             * Format: int32
             * @description How much longer a request takes, in milliseconds.
             */
            latency_ms?: number | null;
            /**
             * Format: int32
             * @description How many nodes there are.
             */
            nodes?: number | null;
            /** @description Failures, errors and latency are there only with the bundle of this version; empty: with every bundle. */
            only_version?: string | null;
            /**
             * Format: int32
             * @description Requests that each node has per second.
             */
            requests_per_second?: number | null;
            /**
             * Format: int32
             * @description The same seed gives the same fleet. It stays what it is while the simulator runs.
             */
            seed?: number | null;
            /**
             * Format: int32
             * @description Share of nodes that take 20 seconds longer to activate, in percent.
             */
            slow_percent?: number | null;
        };
        /** @description What simulated nodes are like. */
        SimulatorSettings: {
            /**
             * Format: int32
             * @description Share of requests that are answered with an error, in thousandths.
             */
            error_permille: number;
            /**
             * Format: int32
             * @description Share of activations that fail, in percent.
             */
            failure_percent: number;
            /**
             * Format: int32
             * @description Share of nodes that fall silent now and then, in percent.
             */
            flap_percent: number;
            /** @description Labels, with the values that the nodes get in turn. */
            labels: {
                [key: string]: string[];
            };
            /**
             * Format: int32
             * @description How much longer a request takes, in milliseconds.
             */
            latency_ms: number;
            /**
             * Format: int32
             * @description How many there are.
             */
            nodes: number;
            /** @description Failures, errors and latency are there only with the bundle of this version; null: with every bundle. */
            only_version?: string | null;
            /**
             * Format: int32
             * @description Requests that each node has per second.
             */
            requests_per_second: number;
            /**
             * Format: int32
             * @description The same seed gives the same fleet.
             */
            seed: number;
            /**
             * Format: int32
             * @description Share of nodes that are slow to activate, in percent.
             */
            slow_percent: number;
        };
        /**
         * @description Whether a simulator runs.
         * @enum {string}
         */
        SimulatorState: "stopped" | "running" | "stopping";
        /**
         * @description One of the two halves of a fleet between which traffic moves.
         * @enum {string}
         */
        Slot: "blue" | "green";
        /** @description From one moment to another. */
        Span: {
            /**
             * Format: date-time
             * @description From this moment on.
             */
            from: string;
            /**
             * Format: date-time
             * @description Up to this one.
             */
            until: string;
        };
        /**
         * @description Where a step is in its life.
         * @enum {string}
         */
        StepState: "pending" | "running" | "verifying" | "completed" | "failed";
        /** @description Requests of one visitor go to one target, by a cookie. */
        StickySessions: {
            /** @description Name of the cookie. */
            cookie: string;
            /**
             * Format: int64
             * @description How long it holds, in seconds.
             */
            ttl_seconds?: number | null;
        };
        /**
         * @description In which manner.
         * @enum {string}
         */
        Strategy: "rolling" | "all_at_once" | "canary" | "blue_green";
        /** @description Which nodes. */
        TargetSelector: {
            /** @enum {string} */
            type: "all";
        } | {
            /** @description At least one. */
            labels: {
                [key: string]: string;
            };
            /** @enum {string} */
            type: "labels";
        } | {
            /** @description At least one. */
            node_ids: string[];
            /** @enum {string} */
            type: "node_ids";
        } | {
            /** @description At least one. */
            group_ids: string[];
            /** @enum {string} */
            type: "groups";
        } | {
            /** @description Its id or slug. */
            environment: string;
            /** @enum {string} */
            type: "environment";
        };
        /** @description A template, as other objects name it. */
        TemplateRef: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Its name; in a rollout, the name that it had when that was asked for. */
            name: string;
        };
        /**
         * @description Version of TLS.
         * @enum {string}
         */
        TlsVersion: "1.2" | "1.3";
        /** @description Traffic through the proxy since its newest switch. */
        Traffic: {
            /**
             * Format: int64
             * @description Of these, answered with a 5xx.
             */
            errors: number;
            /**
             * Format: int64
             * @description Which assignment served it.
             */
            generation: number;
            /** @description How long the answers took, by rising bounds, at most 32; empty when it is not known, and where nodes are shown. */
            latency?: components["schemas"]["LatencyCount"][];
            /**
             * Format: double
             * @description Median latency in milliseconds.
             */
            p50_ms: number;
            /**
             * Format: double
             * @description 95th percentile in milliseconds.
             */
            p95_ms: number;
            /**
             * Format: double
             * @description 99th percentile in milliseconds.
             */
            p99_ms: number;
            /**
             * Format: int64
             * @description Requests in the window, without the agent's own probes.
             */
            requests: number;
            /**
             * Format: int64
             * @description Length of the window in milliseconds.
             */
            window_ms: number;
        };
        /** @description Requests that go to an upstream group in any case. */
        TrafficRule: {
            /** @description Name of the header or the cookie. */
            name: string;
            /** @description By what. */
            type: components["schemas"]["TrafficRuleType"];
            /** @description The group. */
            upstream_group: string;
            /** @description Its value. */
            value: string;
        };
        /**
         * @description By what a request is told from others.
         * @enum {string}
         */
        TrafficRuleType: "header" | "cookie";
        /** @description How much goes to an upstream group. */
        TrafficShare: {
            /** @description The group. */
            upstream_group: string;
            /**
             * Format: int32
             * @description Its share, beside the shares of the others.
             */
            weight: number;
        };
        /** @description Requests go to several upstream groups. */
        TrafficSplit: {
            /** @description Which requests go where in any case; the first one that matches counts. */
            match_rules?: components["schemas"]["TrafficRule"][];
            /** @description How much goes where. */
            splits: components["schemas"]["TrafficShare"][];
        };
        /** @description What is done to a JSON body, by JSON Pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)). */
        Transform: {
            /** @description Pointers to what is taken out. */
            remove?: string[];
            /** @description Pointer → text that stands there from now on. */
            set?: {
                [key: string]: string;
            };
        };
        /** @description Certificates of authorities that are trusted: for clients of a listener, or for upstreams. */
        TrustStore: {
            /** @description One or more certificates, as PEM. */
            certificates_pem?: string;
            /** @description What it is for. */
            description?: string;
            /** @description In their place: the internal CA of the project, as it is when a bundle is made. */
            internal_ca?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
        };
        /** @description One object. */
        TrustStoreBody: {
            /** @description What it says, and who changed that last. */
            trust_store: components["schemas"]["TrustStoreObject"];
        };
        /** @description Certificates of authorities that are trusted: for clients of a listener, or for upstreams. */
        TrustStoreCreate: {
            /** @description One or more certificates, as PEM. */
            certificates_pem?: string;
            /** @description What it is for. */
            description?: string;
            /** @description In their place: the internal CA of the project, as it is when a bundle is made. */
            internal_ca?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
            /** @description Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent. */
            slug?: string | null;
        };
        /** @description A page of objects. */
        TrustStoreList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of the page.
             */
            total: number;
            /** @description By slug. */
            trust_stores: components["schemas"]["TrustStoreObject"][];
        };
        /** @description Certificates of authorities that are trusted: for clients of a listener, or for upstreams. */
        TrustStoreObject: {
            /** @description One or more certificates, as PEM. */
            certificates_pem?: string;
            /** @description What it is for. */
            description?: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description In their place: the internal CA of the project, as it is when a bundle is made. */
            internal_ca?: boolean;
            /** @description What people call it; usually its slug. */
            name?: string;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
        };
        /** @description A key that verifies bundles. */
        TrustedKey: {
            /** @description Name of the key, as signatures carry it. */
            key_id: string;
            /** @description The raw 32 bytes, base64. */
            public_key: string;
        };
        /** @description An assignment newer than the agent's, with everything that verifying it needs. */
        Update: {
            /** @description The key that signed the assignment. */
            assignment_key_id: string;
            /**
             * @description Ed25519 over node, epoch, generation, bundle and manifest digest, base64: this assignment is for this node, and comes from
             *     the cluster.
             */
            assignment_signature: string;
            /**
             * Format: uuid
             * @description The bundle.
             */
            bundle_id: string;
            /** @description SHA-256 of the archive, hexadecimal. */
            checksum: string;
            /** @description Path of the archive at any member. */
            download_url: string;
            /**
             * Format: int64
             * @description The epoch of the cluster that assigns it. A lower generation is newer in a higher epoch.
             */
            epoch?: number;
            /**
             * Format: int64
             * @description The assignment's number.
             */
            generation: number;
            /** @description SHA-256 of `manifest.json`, hexadecimal. */
            manifest_digest: string;
            /**
             * Format: int64
             * @description When to ask again, in seconds.
             */
            poll_after_s: number;
            /** @description Which values of secrets belong to the bundle that the node is assigned; absent when that names none. */
            secrets?: string | null;
            /** @description Ed25519 over the manifest digest, base64. */
            signature: string;
            /** @description The key that signed. */
            signing_key_id: string;
            /**
             * Format: int64
             * @description Size of the archive in bytes.
             */
            size_bytes: number;
            /** @description Its version. */
            version: string;
            weight?: components["schemas"]["Weight"] | null;
        };
        /** @description Servers that answer the same requests. */
        UpstreamGroup: {
            /** @description Which target a request goes to; usually one after the other. */
            algorithm?: components["schemas"]["BalancingAlgorithm"];
            circuit_breaker?: components["schemas"]["CircuitBreaker"] | null;
            /** @description What it is for. */
            description?: string;
            health_check?: components["schemas"]["UpstreamHealthCheck"] | null;
            /** @description What people call it; usually its slug. */
            name?: string;
            sticky_sessions?: components["schemas"]["StickySessions"] | null;
            /** @description The servers. */
            targets?: components["schemas"]["UpstreamTarget"][];
            timeouts?: components["schemas"]["UpstreamTimeouts"] | null;
            tls?: components["schemas"]["UpstreamTls"] | null;
        };
        /** @description One object. */
        UpstreamGroupBody: {
            /** @description What it says, and who changed that last. */
            upstream_group: components["schemas"]["UpstreamGroupObject"];
        };
        /** @description Servers that answer the same requests. */
        UpstreamGroupCreate: {
            /** @description Which target a request goes to; usually one after the other. */
            algorithm?: components["schemas"]["BalancingAlgorithm"];
            circuit_breaker?: components["schemas"]["CircuitBreaker"] | null;
            /** @description What it is for. */
            description?: string;
            health_check?: components["schemas"]["UpstreamHealthCheck"] | null;
            /** @description What people call it; usually its slug. */
            name?: string;
            /** @description Its name in other objects: lowercase letters, digits and inner hyphens. Made of `name` when absent. */
            slug?: string | null;
            sticky_sessions?: components["schemas"]["StickySessions"] | null;
            /** @description The servers. */
            targets?: components["schemas"]["UpstreamTarget"][];
            timeouts?: components["schemas"]["UpstreamTimeouts"] | null;
            tls?: components["schemas"]["UpstreamTls"] | null;
        };
        /** @description A page of objects. */
        UpstreamGroupList: {
            /** @description Where the next page begins; null at the end. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Length of the page.
             */
            total: number;
            /** @description By slug. */
            upstream_groups: components["schemas"]["UpstreamGroupObject"][];
        };
        /** @description Servers that answer the same requests. */
        UpstreamGroupObject: {
            /** @description Which target a request goes to; usually one after the other. */
            algorithm?: components["schemas"]["BalancingAlgorithm"];
            circuit_breaker?: components["schemas"]["CircuitBreaker"] | null;
            /** @description What it is for. */
            description?: string;
            health_check?: components["schemas"]["UpstreamHealthCheck"] | null;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            inserted_at: string;
            /** @description What people call it; usually its slug. */
            name?: string;
            /**
             * Format: uuid
             * @description The project.
             */
            project_id: string;
            /**
             * Format: int64
             * @description Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
             */
            revision: number;
            /** @description Its name in other objects, unique among those of its kind. It never changes. */
            slug: string;
            sticky_sessions?: components["schemas"]["StickySessions"] | null;
            /** @description The servers. */
            targets?: components["schemas"]["UpstreamTarget"][];
            timeouts?: components["schemas"]["UpstreamTimeouts"] | null;
            tls?: components["schemas"]["UpstreamTls"] | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who changed it last. */
            updated_by: string;
        };
        /** @description Targets are asked regularly how they are. */
        UpstreamHealthCheck: {
            /**
             * Format: int64
             * @description How often, in seconds; usually 10.
             */
            interval_seconds?: number;
            /** @description What is asked for. */
            path: string;
        };
        /** @description One server. */
        UpstreamTarget: {
            /** @description Whether it gets requests at all. */
            enabled?: boolean;
            /** @description Name or IP address. */
            host: string;
            /**
             * Format: int32
             * @description Most connections at once; no bound unless given.
             */
            max_connections?: number | null;
            /**
             * Format: int32
             * @description Port.
             */
            port: number;
            /**
             * Format: int32
             * @description How much it gets, beside the weights of the others, where the algorithm asks for weights; usually 100.
             */
            weight?: number;
        };
        /** @description How long things may take. */
        UpstreamTimeouts: {
            /**
             * Format: int64
             * @description To connect, in seconds, at most 10; usually 10.
             */
            connect_seconds?: number | null;
            /**
             * Format: int64
             * @description How long a connection that nobody uses is kept, in seconds; usually 60.
             */
            idle_seconds?: number | null;
            /**
             * Format: int64
             * @description Until more of an answer comes, in seconds; usually 30.
             */
            read_seconds?: number | null;
            /**
             * Format: int64
             * @description Until more of a request is taken, in seconds; usually 30.
             */
            write_seconds?: number | null;
        };
        /** @description TLS to the targets. */
        UpstreamTls: {
            /** @description HTTP/2 and nothing else, as gRPC needs it. */
            http2?: boolean;
            /** @description Whoever answers is believed to be the target. For tests. */
            insecure_skip_verify?: boolean;
            /** @description The name that the targets' certificate must have; the target's host unless given. */
            server_name?: string | null;
            /** @description Who vouches for the targets; those that the node's system trusts unless given. */
            trust_store?: string | null;
        };
        /** @description What the proxy uses since its newest switch. */
        Usage: {
            /**
             * Format: double
             * @description Processor time in the window, in percent of one processor.
             */
            cpu_percent?: number | null;
            /**
             * Format: int64
             * @description Which assignment it ran.
             */
            generation: number;
            /**
             * Format: double
             * @description Memory at its end, in percent of what the machine has.
             */
            memory_percent?: number | null;
            /**
             * Format: int64
             * @description Length of the window in milliseconds.
             */
            window_ms: number;
        };
        /** @description A person. */
        User: {
            /** @description May create orgs. */
            cluster_admin: boolean;
            /** @description E-mail address. */
            email: string;
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description Display name. */
            name: string;
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        Weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
        /** @description How much of its share of traffic a load balancer in front of the node shall send it. */
        Weight: {
            /**
             * Format: int64
             * @description The epoch of the cluster that says so. A lower revision is newer in a higher epoch.
             */
            epoch: number;
            /**
             * Format: int32
             * @description In percent, 0 to 100.
             */
            percent: number;
            /**
             * Format: int64
             * @description How often it was changed before.
             */
            revision: number;
        };
        /** @description One thing that has to do with what a node runs. */
        WhyFinding: {
            /** @description What it is about. */
            kind: components["schemas"]["WhyKind"];
            /** @description What to do, where there is something to do. */
            next?: string | null;
            /**
             * Format: uuid
             * @description The rollout that it is about.
             */
            rollout_id?: string | null;
            /**
             * Format: date-time
             * @description When it came to be so.
             */
            since?: string | null;
            /** @description In words. */
            text: string;
        };
        /**
         * @description What a finding is about.
         * @enum {string}
         */
        WhyKind: "runs" | "unassigned" | "generation" | "failed" | "silent" | "on_its_way" | "owner" | "waiting" | "origin" | "pinned" | "left_out" | "frozen" | "drifted" | "revoked";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_api_keys: {
        parameters: {
            query?: {
                /** @description Slug of the org; may be absent when the caller belongs to exactly one. */
                org?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreated"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_api_key: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_cluster: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_cluster_audit: {
        parameters: {
            query?: {
                /** @description Only this action, such as `rollout.created`, or a noun, such as `rollout`. */
                action?: string;
                /** @description Only by this actor: an id, or a kind. */
                actor?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_backup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. `x-backup-index` and `x-backup-taken-at` say which state it is. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    note_backup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BackupNote"];
            };
        };
        responses: {
            /** @description Noted. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    hand_over_leadership: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandOver"];
            };
        };
        responses: {
            /** @description The leader is asked; the cluster shows who leads. */
            202: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_join_tokens: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinTokenList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_join_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JoinTokenCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinTokenCreated"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_join_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinTokenBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    raise_cluster_level: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LevelRaise"];
            };
        };
        responses: {
            /** @description Raised. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_cluster_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Number of the member */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Decided. The leader carries it out. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    watch_events: {
        parameters: {
            query?: {
                /** @description Slug of the project. */
                project?: string;
                /** @description Where to go on, for clients that cannot set `Last-Event-ID`. */
                last_event_id?: string;
            };
            header?: {
                /** @description Id of the newest event that the client has */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_node_challenge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the calling node */
                id: string;
                /** @description The token that is asked for */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeChallenge"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    poll_latest: {
        parameters: {
            query?: {
                /** @description The epoch of the newest assignment that the agent knows; the first one when absent. */
                epoch?: number;
                /** @description Number of the newest assignment that the agent knows; zero when absent. */
                generation?: number;
                /** @description How long to wait for a newer one, in seconds; at most 60. */
                wait?: number;
                /** @description The epoch of the newest weight that the agent knows; the first one when absent. */
                weight_epoch?: number;
                /**
                 * @description The newest weight that the agent knows: a newer one ends the wait. Only for agents that were told one: members of earlier
                 *     versions refuse it.
                 */
                weight_revision?: number;
                /**
                 * @description Which values of secrets the agent has for what it runs: others end the wait. Only for agents that were told of some: members of earlier
                 *     versions refuse it.
                 */
                secrets?: string;
            };
            header?: never;
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Something newer, or not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatestResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_node_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the calling node */
                id: string;
                /** @description Id of the bundle */
                bundle_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zstd": number[];
                };
            };
            /** @description A part of the bytes. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zstd": number[];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    send_node_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeEventsRequest"];
            };
        };
        responses: {
            /** @description Taken in. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeEventsResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    send_heartbeat: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeartbeatRequest"];
            };
        };
        responses: {
            /** @description Heard. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeartbeatResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    keep_runtime_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuntimeConfigReport"];
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeEventsResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    fetch_node_secrets: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeSecretsRequest"];
            };
        };
        responses: {
            /** @description The values. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealedNodeSecrets"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_node_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Id of the calling node */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeTokenResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_orgs: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_org: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrgCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_org: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The org. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_org_audit: {
        parameters: {
            query?: {
                /** @description Only this action, such as `rollout.created`, or a noun, such as `rollout`. */
                action?: string;
                /** @description Only by this actor: an id, or a kind. */
                actor?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberCreate"];
            };
        };
        responses: {
            /** @description Added. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
                /** @description Id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberUpdate"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
                /** @description Id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
                /** @description Id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Set. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_projects: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_signing_keys: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the org */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_project: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectUpdate"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    request_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateRequest"];
            };
        };
        responses: {
            /** @description It is asked for; look at it to see how far it is. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_project_audit: {
        parameters: {
            query?: {
                /** @description Only this action, such as `rollout.created`, or a noun, such as `rollout`. */
                action?: string;
                /** @description Only by this actor: an id, or a kind. */
                actor?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_bundles: {
        parameters: {
            query?: {
                /** @description Only bundles with this status. */
                status?: "compiled" | "revoked";
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_bundle: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BundleCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleCreated"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    validate_bundle: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BundleValidate"];
            };
        };
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleValidation"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_bundle: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bundle. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_bundle_archive: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zstd": number[];
                };
            };
            /** @description A part of the bytes. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zstd": number[];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    assign_bundle: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BundleAssign"];
            };
        };
        responses: {
            /** @description Assigned. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleAssigned"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    diff_bundles: {
        parameters: {
            query: {
                /** @description The older bundle. */
                against: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The difference. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleDiff"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    download_bundle: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleDownload"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_bundle: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_bundle_sbom: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_bundle_source: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The texts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleSource"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    verify_bundle: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes or no. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleVerification"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_calendar: {
        parameters: {
            query?: {
                /** @description From when; now when absent. */
                from?: string;
                /** @description Until when, at most 92 days later; 31 days later when absent. */
                to?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of their beginnings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calendar"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_certificates: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificates. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateCreate"];
            };
        };
        responses: {
            /** @description Added. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_certificate: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug of the certificate */
                certificate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificate. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug of the certificate */
                certificate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug of the certificate */
                certificate: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateUpdate"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    renew_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug of the certificate */
                certificate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug of the certificate */
                certificate: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateReplace"];
            };
        };
        responses: {
            /** @description As it is now; what it is not for any more is among the warnings. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_config_settings: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigSettingsBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_config_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigSettings"];
            };
        };
        responses: {
            /** @description As they are now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigSettingsBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_config_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    apply_config: {
        parameters: {
            query?: {
                /** @description `true`: tell what would be changed, and write nothing. */
                dry_run?: boolean;
                /** @description `false`: what the document does not have stays. Otherwise it goes: the document is the whole. */
                prune?: boolean;
                /** @description The revision of the configuration that was looked at, as `diff` says it; refused when it is another one by now. */
                revision?: number;
            };
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigDocument"];
            };
        };
        responses: {
            /** @description What was changed; with `dry_run`, what would be. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigApplied"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    check_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConfigDocument"] | null;
            };
        };
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigChecked"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    diff_config: {
        parameters: {
            query?: {
                /** @description `false`: what the document does not have stays. Otherwise it goes: the document is the whole. */
                prune?: boolean;
            };
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigDocument"];
            };
        };
        responses: {
            /** @description The differences. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigDiff"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_config: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. Two configurations that say the same have the same bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigDocument"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    import_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigImport"];
            };
        };
        responses: {
            /** @description What was made of it; without `apply`, what would be. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigImported"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    preview_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConfigDocument"] | null;
            };
        };
        responses: {
            /** @description What was found, and what came of it. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigPreview"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_drift: {
        parameters: {
            query?: {
                /** @description Only those; all when absent. */
                status?: "active" | "alarm" | "resolved";
                /** @description Only those that matter so much. */
                severity?: "low" | "medium" | "high" | "critical";
                /** @description Only those of this node. */
                node_id?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftEventList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_drift: {
        parameters: {
            query?: {
                /** @description JSON when absent. */
                format?: "json" | "csv";
                /** @description Only those; all when absent. */
                status?: "active" | "alarm" | "resolved";
                /** @description Only those that were noticed at this time or later. */
                since?: string;
                /** @description Only those that were noticed before this time. */
                until?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftExport"];
                    "text/csv": string;
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resolve_all_drift: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DriftResolveAll"];
            };
        };
        responses: {
            /** @description Resolved. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftResolvedAll"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_drift_stats: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftStats"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_drift: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftEventBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resolve_drift: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DriftResolve"];
            };
        };
        responses: {
            /** @description Resolved. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftEventBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_enrolment_tokens: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentTokenList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_enrolment_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrolmentTokenCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentTokenCreated"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_enrolment_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentTokenBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_environments: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The environments. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_environment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnvironmentCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_default_environments: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All environments as they are now. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_environment: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id or slug of the environment */
                environment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The environment. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_environment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id or slug of the environment */
                environment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_environment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id or slug of the environment */
                environment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnvironmentUpdate"];
            };
        };
        responses: {
            /** @description The environment as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_freeze_windows: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The windows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreezeWindowList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_freeze_window: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FreezeWindowCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreezeWindowBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_freeze_window: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_internal_ca: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The CA. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCaBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_internal_ca: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InternalCaCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCaBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_internal_ca: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    download_internal_ca: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description PEM. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-pem-file": string;
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_internal_certificates: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCertificateList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    issue_internal_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InternalCertificateIssue"];
            };
        };
        responses: {
            /** @description Issued. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCertificateIssued"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_internal_certificate: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Its serial number, 32 hexadecimal digits */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificate. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_internal_certificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Its serial number, 32 hexadecimal digits */
                serial: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InternalCertificateRevoke"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalCertificateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    download_internal_crl: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description PEM. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-pem-file": string;
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_listeners: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListenerList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_listener: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListenerCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListenerBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_listener: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The object. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListenerBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_listener: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Listener"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListenerBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_listener: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_middlewares: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MiddlewareList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_middleware: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MiddlewareCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MiddlewareBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_middleware: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The object. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MiddlewareBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_middleware: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Middleware"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MiddlewareBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_middleware: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_node_groups: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_node_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeGroupCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_node_group: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupDetail"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_node_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_node_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeGroupUpdate"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_nodes: {
        parameters: {
            query?: {
                /** @description Only nodes with this status. */
                status?: "online" | "offline" | "unknown";
                /** @description Only nodes in this slot. */
                slot?: "blue" | "green";
                /** @description Only nodes in this environment, by id or slug. */
                environment?: string;
                /** @description Only nodes in this group, by id or name. */
                group?: string;
                /** @description Only nodes whose name or host name contains this. */
                q?: string;
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only nodes with all of these labels; written `labels[KEY]=VALUE`. */
                labels?: {
                    [key: string]: string;
                };
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    register_node: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description Enrolled. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisterResponse"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_node_stats: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeStats"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_node: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_node: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_node: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeUpdate"];
            };
        };
        responses: {
            /** @description The node as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_node_events: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest hundred. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeEventList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_runtime_config: {
        parameters: {
            query?: {
                /** @description The one that ran when this drift was found, also when that is over, as long as it is kept: of each node the newest that differed. */
                drift_event?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configuration. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuntimeConfigBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    explain_node: {
        parameters: {
            query?: {
                /** @description Why it is or is not on this generation; the newest one when absent. */
                generation?: number;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Why. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeWhy"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_overview: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_promotion_rules: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromotionRuleList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_promotion_rule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromotionRuleCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromotionRuleBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_promotion_rule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_promotion_rule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromotionRuleUpdate"];
            };
        };
        responses: {
            /** @description The rule as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromotionRuleBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_rollout_templates: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The templates. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutTemplateList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_rollout_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutTemplateCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutTemplateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_rollout_template: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The template. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutTemplateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_rollout_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_rollout_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutTemplateUpdate"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutTemplateBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_rollouts: {
        parameters: {
            query?: {
                /** @description Only rollouts in this state. */
                state?: "pending_approval" | "scheduled" | "pending" | "running" | "paused" | "rolling_back" | "completed" | "failed" | "cancelled" | "rolled_back";
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutCreate"];
            };
        };
        responses: {
            /** @description Started. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    plan_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutCreate"];
            };
        };
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutPlan"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    rehearse_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutRehearse"];
            };
        };
        responses: {
            /** @description The course. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rehearsal"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_rollout: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rollout. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutDetail"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    advance_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutRelease"];
            };
        };
        responses: {
            /** @description The step begins as soon as it may. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    approve_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutApprove"];
            };
        };
        responses: {
            /** @description Approved; with the last approval it begins. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    break_glass: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutBreakGlass"];
            };
        };
        responses: {
            /** @description No freeze holds it any more. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cancel_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stopped. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    pause_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Held. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reject_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolloutReject"];
            };
        };
        responses: {
            /** @description Cancelled. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resume_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Goes on. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    rollback_rollout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RolloutRollback"] | null;
            };
        };
        responses: {
            /** @description On the way back. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolloutBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_secrets: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secrets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSecretList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectSecretCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSecretBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_secret: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSecretBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectSecretUpdate"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSecretBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    rotate_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectSecretRotate"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSecretBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_services: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_service: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The object. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Service"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_simulator: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The simulator. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulatorBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_simulator: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulatorSet"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulatorBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    stop_simulator: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is stopping. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulatorBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_trust_stores: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustStoreList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_trust_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustStoreCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustStoreBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_trust_store: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The object. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustStoreBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_trust_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrustStore"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrustStoreBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_trust_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_upstream_groups: {
        parameters: {
            query?: {
                /** @description Objects in the page; 50 when absent, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. Good only together with the same filters. */
                cursor?: string;
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamGroupList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_upstream_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamGroupCreate"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamGroupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_upstream_group: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The object. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamGroupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_upstream_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamGroup"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    /** @description The revision, in quotes */
                    ETag?: string;
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamGroupBody"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_upstream_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
                /**
                 * @description The `ETag` of the object that was looked at. When somebody has changed it since: 412 `precondition_failed`, with the revision now, who made it,
                 *     when, and which fields changed (`revision`, `updated_by`, `updated_at`, `changed_fields` in `details`).
                 */
                "If-Match"?: string | null;
            };
            path: {
                /** @description Slug of the project */
                slug: string;
                /** @description Slug or id of the object */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_service_templates: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceTemplateList"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    fill_service_template: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description Name of the template */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceTemplateFill"];
            };
        };
        responses: {
            /** @description A service and its upstream group. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigDocument"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_session: {
        parameters: {
            query?: {
                /**
                 * @description `stale`: answer from what this member has, without asking a majority. The answer tells its age in `x-age-ms`.
                 * @example stale
                 */
                consistency?: string;
            };
            header?: {
                /**
                 * @description Answer only when this member has applied the entry with this log index, also a stale read; waits for it for up to five seconds,
                 *     then 503 `behind`. A write tells its index in `x-log-index`.
                 */
                "x-min-index"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionCreate"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the write repeatable: the same key never writes twice, and gets the first answer again. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed. */
            204: {
                headers: {
                    /** @description Log index of the write; a read with it in `x-min-index` has the write in it, at every member. */
                    "x-log-index"?: number;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is refused. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The cluster cannot answer now. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
