// Generated from openapi.json by `npm run types`.

export interface paths {
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entities by traffic in a scope, largest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Rows to give, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The entities. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_EntityLine"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an entity is. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                };
                header?: never;
                path: {
                    /** @description An instance, an interface, an address, an account, a VPC or a subnet. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The head of its profile. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EntityHead"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Addresses that the entity used and held. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The addresses. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AddressesPanel"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The four questions of an investigation, answered. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Id of the finding that the answers are about. Its scope is the default of `from` and `to` then. */
                    finding?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The answers. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Answers"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the entity spoke with: rows by remote, ports, protocol and action. CSV with `Accept: text/csv`. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /**
                     * @description Remote address: networks as CIDR, or parts of the text. Here as in every filter: values separated by commas, of which a row has one;
                     *     with `!` before it, a value that a row does not have. `10.0.0.0/8,!10.0.3.7`.
                     */
                    remote?: string;
                    /** @description `public` or `private` remotes. */
                    reach?: string;
                    /** @description Ports at the entity. */
                    local_port?: string;
                    /** @description Ports at the other side. */
                    remote_port?: string;
                    /** @description Ports at either side. */
                    port?: string;
                    /** @description Protocols by name or number. */
                    protocol?: string;
                    /** @description Who opened the connection: `inbound`, `outbound` or `unknown`. */
                    direction?: string;
                    /** @description `accept` or `reject`. */
                    action?: string;
                    /** @description Whether `all` filters have to hold, which is the default, or `any` one of them. */
                    match?: string;
                    /**
                     * @description What to order by: `annotated` (rows of findings first, then bytes in), `remote`, `local_port`, `remote_port`, `protocol`,
                     *     `direction`, `action`, `bytes_in`, `bytes_out`, `packets_in`, `packets_out`, `flows`, `first`, `last`.
                     */
                    sort?: string;
                    /** @description `asc` or `desc`; `desc` by default. */
                    order?: string;
                    /** @description Whether the client's port is folded away. */
                    fold?: boolean;
                    /** @description Rows to pass over. */
                    offset?: number;
                    /** @description Rows to give, at most 1,000, or 100,000 as CSV; 100 by default, everything as CSV. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of details. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DetailsPage"];
                        "text/csv": string;
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/details.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as CSV. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /**
                     * @description Remote address: networks as CIDR, or parts of the text. Here as in every filter: values separated by commas, of which a row has one;
                     *     with `!` before it, a value that a row does not have. `10.0.0.0/8,!10.0.3.7`.
                     */
                    remote?: string;
                    /** @description `public` or `private` remotes. */
                    reach?: string;
                    /** @description Ports at the entity. */
                    local_port?: string;
                    /** @description Ports at the other side. */
                    remote_port?: string;
                    /** @description Ports at either side. */
                    port?: string;
                    /** @description Protocols by name or number. */
                    protocol?: string;
                    /** @description Who opened the connection: `inbound`, `outbound` or `unknown`. */
                    direction?: string;
                    /** @description `accept` or `reject`. */
                    action?: string;
                    /** @description Whether `all` filters have to hold, which is the default, or `any` one of them. */
                    match?: string;
                    /**
                     * @description What to order by: `annotated` (rows of findings first, then bytes in), `remote`, `local_port`, `remote_port`, `protocol`,
                     *     `direction`, `action`, `bytes_in`, `bytes_out`, `packets_in`, `packets_out`, `flows`, `first`, `last`.
                     */
                    sort?: string;
                    /** @description `asc` or `desc`; `desc` by default. */
                    order?: string;
                    /** @description Whether the client's port is folded away. */
                    fold?: boolean;
                    /** @description Rows to pass over. */
                    offset?: number;
                    /** @description Rows to give, at most 1,000, or 100,000 as CSV; 100 by default, everything as CSV. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The details. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/distinct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Distinct remotes and ports over time. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Length of the bins: seconds, or a length such as `1h`, `15m`, `1d`. Chosen by the length of the scope by default. */
                    bin?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The counts. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_DistinctBin"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Intervals in which records of the entity were lost. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The gaps. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_CoverageGap"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the entity touched in the scope and not in the 45 days before it: of each kind that with most bytes, and how much more there is. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Of this kind only: `remote_port`, `local_port`, `remote_addr`, `remote_net`, `asn` or `country`. */
                    kind?: string;
                    /** @description Of each kind, how many with more bytes are left out. */
                    offset?: number;
                    /** @description Of each kind, how many are given, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What is new. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_Novel"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/ports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Volume by common port, in all and in an average hour. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Rows to give, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The ports. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_PortLine"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything a profile page shows. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Length of the bins: seconds, or a length such as `1h`, `15m`, `1d`. Chosen by the length of the scope by default. */
                    bin?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The profile. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Profile"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Affected resources: what the entity can have touched from the beginning of the scope on, hop by hop, over connections that were let through
         *     and only while they were open.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Rows to give, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description The entity, or an address. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The host itself, then those that it can have touched, in the order of the instant. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReachPanel"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Volume over time of the connections of one row of the details. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Length of the bins: seconds, or a length such as `1h`, `15m`, `1d`. Chosen by the length of the scope by default. */
                    bin?: string;
                    /** @description The entity, when the details are about an address or an account. */
                    row_entity?: string;
                    /** @description The remote address. */
                    remote?: string;
                    /** @description Port at the entity. */
                    local_port?: number;
                    /** @description Port at the other side. */
                    remote_port?: number;
                    /** @description Protocol by name or number. */
                    protocol?: string;
                    /** @description `accept` or `reject`. */
                    action?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The line. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Panel_VolumeRow"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/volume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Overall flow volume, with what is usual when the bins are hours. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                    /** @description Length of the bins: seconds, or a length such as `1h`, `15m`, `1d`. Chosen by the length of the scope by default. */
                    bin?: string;
                };
                header?: never;
                path: {
                    /** @description The entity. */
                    entity: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The volume. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumePanel"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of findings. */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Types. Here as in every filter: values separated by commas, of which a finding has one; with `!` before it, a value that it does
                     *     not have.
                     */
                    type?: string;
                    /** @description Severities in words: `low`, `medium`, `high`, `critical`. */
                    severity?: string;
                    /** @description Least severity as a number, 1.0 to 10.0. */
                    min_severity?: number;
                    /** @description Entities. */
                    entity?: string;
                    /** @description Accounts. */
                    account?: string;
                    /** @description Remote addresses among the actors. */
                    remote?: string;
                    /** @description Whether `all` of type, severity, entity, account, remote and text have to hold, which is the default, or `any` one of them. */
                    match?: string;
                    /** @description `true` for those put away, `false` for the others; all by default. */
                    archived?: boolean;
                    /** @description Last seen at or after: RFC 3339, a date, Unix seconds, or an offset such as `-7d` from the end of the data. */
                    from?: string;
                    /** @description First seen before, in the same forms. */
                    to?: string;
                    /** @description A part of title, description, id, type, entity, account, note or a remote address. */
                    text?: string;
                    /** @description What to order by: `last_seen`, `first_seen`, `severity`, `count`, `type`, `entity`. */
                    sort?: string;
                    /** @description `asc` or `desc`; `desc` by default. */
                    order?: string;
                    /** @description Findings to pass over. */
                    offset?: number;
                    /** @description Findings to give, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The findings. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingsPage"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Findings as a file, in the form that other tools read. */
        get: {
            parameters: {
                query?: {
                    /**
                     * @description Types. Here as in every filter: values separated by commas, of which a finding has one; with `!` before it, a value that it does
                     *     not have.
                     */
                    type?: string;
                    /** @description Severities in words: `low`, `medium`, `high`, `critical`. */
                    severity?: string;
                    /** @description Least severity as a number, 1.0 to 10.0. */
                    min_severity?: number;
                    /** @description Entities. */
                    entity?: string;
                    /** @description Accounts. */
                    account?: string;
                    /** @description Remote addresses among the actors. */
                    remote?: string;
                    /** @description Whether `all` of type, severity, entity, account, remote and text have to hold, which is the default, or `any` one of them. */
                    match?: string;
                    /** @description `true` for those put away, `false` for the others; all by default. */
                    archived?: boolean;
                    /** @description Last seen at or after: RFC 3339, a date, Unix seconds, or an offset such as `-7d` from the end of the data. */
                    from?: string;
                    /** @description First seen before, in the same forms. */
                    to?: string;
                    /** @description A part of title, description, id, type, entity, account, note or a remote address. */
                    text?: string;
                    /** @description What to order by: `last_seen`, `first_seen`, `severity`, `count`, `type`, `entity`. */
                    sort?: string;
                    /** @description `asc` or `desc`; `desc` by default. */
                    order?: string;
                    /** @description Findings to pass over. */
                    offset?: number;
                    /** @description Findings to give, at most 1,000; 100 by default. */
                    limit?: number;
                    /** @description `guardduty`, which is the default, `ocsf` (Detection Finding of OCSF 1.5.0), `asff`, or `jsonl`: GuardDuty's form, one finding a line. */
                    format?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The findings, the latest first. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown[];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts many findings away, or takes them back. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ArchiveRequest"];
                };
            };
            responses: {
                /** @description How many there were. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangedCount"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A finding with all its evidence, actors and occurrences. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The finding. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Finding"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts a finding away. A later occurrence brings it back. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangedCount"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/note": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Writes a note on a finding, or takes it away. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NoteRequest"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangedCount"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything a finding's page shows. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingPage"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/unarchive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a finding back that was put away. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangedCount"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of finding groups: findings that belong to one story. */
        get: {
            parameters: {
                query?: {
                    /** @description Least severity as a number, 1.0 to 10.0. */
                    min_severity?: number;
                    /** @description With a finding about this entity. */
                    entity?: string;
                    /** @description `true` for those of which every finding is put away, `false` for the others; all by default. */
                    archived?: boolean;
                    /** @description Last seen at or after: RFC 3339, a date, Unix seconds, or an offset such as `-7d` from the end of the data. */
                    from?: string;
                    /** @description First seen before, in the same forms. */
                    to?: string;
                    /** @description Groups to pass over. */
                    offset?: number;
                    /** @description Groups to give, at most 1,000; 100 by default. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The groups, what to look at first coming first. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupsPage"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group with its story, findings, links, participants and tactics. An id that the group had before it grew or merged leads to it too. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its id. */
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
                        "application/json": components["schemas"]["Group"];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/range": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** From when to when there are flows. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The range. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LakeRange"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes sample findings: what a finding of each type looks like. They are marked, belong to no group, and nothing happened. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SampleRequest"];
                };
            };
            responses: {
                /** @description Their ids. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Samples"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Takes every sample finding away. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How many there were. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Samples"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Finds entities, addresses, accounts and findings. */
        get: {
            parameters: {
                query: {
                    /** @description An identifier, a `Name` tag, an address, a network, an account, or a finding's id; `*` and `?` are wildcards. */
                    text: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What was found. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SearchResult"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was read, what was refused, what is missing, and what is known beside it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The sources. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sources"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs one read-only query over the tables. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SqlRequest"];
                };
            };
            responses: {
                /** @description Columns and rows. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SqlAnswer"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What collects, detects and tidies up, and how it is doing. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The sources and the jobs of this process. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Status"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in a scope, and where to look. */
        get: {
            parameters: {
                query?: {
                    /** @description Start: RFC 3339, a date, Unix seconds, or an offset such as `-24h` from the end of the data. 24 hours before `to` by default. */
                    from?: string;
                    /** @description End, in the same forms. The end of the data by default. */
                    to?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The first page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Summary"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppression": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every suppression rule, by name, with what it hides. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
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
                        "application/json": components["schemas"]["SuppressionState"][];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a suppression rule, in the place of one with the same name. It hides findings that are there already, too. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SuppressionRequest"];
                };
            };
            responses: {
                /** @description The rule, and the findings of high severity that it has hidden just now. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SuppressionAdded"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppression/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a suppression rule would hide of the last 90 days. Nothing is hidden by asking. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SuppressionRequest"];
                };
            };
            responses: {
                /** @description What it would hide. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SuppressionPreview"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppression/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a suppression rule away. What it hid comes back. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Its name. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The rules that are left. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SuppressionState"][];
                    };
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Checks the promises about the data on the whole lake. Takes time in proportion. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The checks. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Check"][];
                    };
                };
                /** @description What went wrong. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It does. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counters in Prometheus' text form. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The counters. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether questions can be answered, and what is collected can be kept. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description They can. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description They cannot. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
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
        /** @description What a network ACL decides about packets of one way. */
        AclFacts: {
            /** @description The ACL. */
            acl_id: string;
            /**
             * Format: int32
             * @description The number of the rule that decides, 32767 for the final one; absent when none can be said to.
             */
            rule: number | null;
            /** @description Whether the packets leave the subnet. */
            egress: boolean;
            /** @description Whether it lets them pass; absent when it depends on a port that is not known. */
            allows: boolean | null;
            /** @description The rule in words. */
            text: string;
        };
        /** @description A remote end point of a finding. None is ever dropped: when an issue comes back with another remote address, both are kept. */
        Actor: {
            /** @description The remote address. */
            remote_addr: string;
            /**
             * Format: int32
             * @description The remote port, where the remote side is the server.
             */
            remote_port: number | null;
            /**
             * Format: int32
             * @description The entity's port, where the entity is the server.
             */
            local_port: number | null;
            /**
             * Format: int32
             * @description IANA protocol number.
             */
            protocol: number | null;
            /** @description Who opened the connections. */
            connection_direction: string;
            /**
             * Format: date-time
             * @description First seen in this finding.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description Last seen in this finding.
             */
            last_seen: string;
            /**
             * Format: int64
             * @description Occurrences with it.
             */
            count: number;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /** @description Countries that the address was in, in alphabetical order. */
            countries: string[];
            /** @description Autonomous systems that the address was in, in numerical order. */
            asns: number[];
        };
        /** @description An address the entity was seen to use. */
        Address: {
            /** @description The address. */
            address: string;
            /** @description The interface it was on. */
            interface_id: string | null;
            /**
             * Format: date-time
             * @description First time.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last time.
             */
            last: string;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
        };
        /** @description What is known of an address. */
        AddressFacts: {
            /** @description Whether it can be reached on the public internet. */
            public: boolean;
            /** @description Where it is. */
            location: components["schemas"]["Place"];
            /** @description Lists that it is on. */
            lists: components["schemas"]["ListFacts"][];
            /** @description Entities that held it in the scope. */
            holders: components["schemas"]["Holder"][];
            /** @description Entities that exchanged traffic with it in the scope, largest first. */
            talked_to: components["schemas"]["RemoteVolume"][];
            /** @description The SQL behind `talked_to`. */
            query: string;
        };
        /** @description Addresses of an entity: seen in flows, and as the inventory has them. */
        AddressesPanel: {
            /** @description Addresses that the entity's flows carried as its own. */
            rows: components["schemas"]["Address"][];
            /** @description Addresses that the inventory says it held in the scope. */
            assigned: components["schemas"]["HeldAddress"][];
            /** @description The SQL behind the rows. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description An answer. */
        Answer_Contact: {
            /** @description The question. */
            question: string;
            /** @description The answer in one to three sentences. */
            answer: string;
            /** @description The answer in a word; which ones there are is said with each question. */
            verdict: string;
            /** @description The rows that the answer is made of. */
            rows: {
                /** @description Why. */
                kind: components["schemas"]["ContactKind"];
                /** @description The entity, or the private address of which no entity is known. */
                entity: string;
                /** @description The value of its tag `Name`. */
                name?: string | null;
                /** @description The remote that both spoke with, or the address at which it was contacted. */
                remote: string;
                /**
                 * Format: int64
                 * @description Bytes towards the entity that saw the traffic: this one for the same remote, the one asked about for a new contact.
                 */
                bytes_in: number;
                /**
                 * Format: int64
                 * @description Bytes away from it.
                 */
                bytes_out: number;
                /**
                 * Format: int64
                 * @description Flow records that were not rejected.
                 */
                accepted: number;
                /**
                 * Format: int64
                 * @description Flow records that were rejected.
                 */
                rejected: number;
                /** @description Server ports. */
                ports: string;
                /**
                 * Format: date-time
                 * @description First time.
                 */
                first: string;
                /**
                 * Format: date-time
                 * @description Last time.
                 */
                last: string;
                /** @description Whether any of it was in the scope. */
                in_scope: boolean;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /**
             * Format: double
             * @description How far the answer can be relied on, 0 to 1.
             */
            confidence: number;
            /** @description What is to be kept in mind. */
            caveats: string[];
        };
        /** @description An answer. */
        Answer_Permit: {
            /** @description The question. */
            question: string;
            /** @description The answer in one to three sentences. */
            answer: string;
            /** @description The answer in a word; which ones there are is said with each question. */
            verdict: string;
            /** @description The rows that the answer is made of. */
            rows: {
                /** @description The entity. */
                entity: string;
                /** @description The other side. */
                remote: string;
                /** @description Who opened the connection. */
                direction: string;
                /**
                 * Format: int32
                 * @description IANA protocol number.
                 */
                protocol?: number | null;
                /**
                 * Format: int32
                 * @description Port at the entity; absent when it is a client's.
                 */
                local_port?: number | null;
                /**
                 * Format: int32
                 * @description Port at the other side; absent when it is a client's.
                 */
                remote_port?: number | null;
                /** @description Service and port in words. */
                service: string;
                /**
                 * Format: int64
                 * @description Bytes towards the entity.
                 */
                bytes_in: number;
                /**
                 * Format: int64
                 * @description Bytes away from the entity.
                 */
                bytes_out: number;
                /**
                 * Format: int64
                 * @description Flow records.
                 */
                flows: number;
                /** @description What the log says: `accept` or `reject`; absent when it does not. */
                logged?: string | null;
                /**
                 * @description What the rules say: `allowed`, `blocked-by-security-group`, `blocked-by-network-acl`, `answer-blocked-by-network-acl`,
                 *     `cannot-be-judged` or `unknown`.
                 */
                outcome: string;
                /** @description Whether log and rules contradict each other. */
                contradiction: boolean;
                /** @description The security-group rules that match, certain ones first; none when no rule does. */
                rules: components["schemas"]["RuleFacts"][];
                /** @description When none matches: the rules that would have to, at most 20, those that miss least first. */
                missed: components["schemas"]["MissedFacts"][];
                request?: components["schemas"]["AclFacts"] | null;
                answer?: components["schemas"]["AclFacts"] | null;
                /** @description All of it in words. */
                explanation: string;
                /** @description What is to be kept in mind. */
                notes: string[];
                /**
                 * Format: date-time
                 * @description The latest snapshot that the verdict is made of.
                 */
                as_of?: string | null;
                /** @description Whether that is later than the connection, so that the rules may have been others then. */
                assumed: boolean;
                /** @description The interface that was judged. */
                interface_id?: string | null;
                /**
                 * Format: date-time
                 * @description When the connection was first seen; the rules are those of this time.
                 */
                at: string;
                /** @description Findings that rest on it. */
                findings: string[];
            }[];
            /** @description The SQL behind them. */
            query: string;
            /**
             * Format: double
             * @description How far the answer can be relied on, 0 to 1.
             */
            confidence: number;
            /** @description What is to be kept in mind. */
            caveats: string[];
        };
        /** @description An answer. */
        Answer_PortUse: {
            /** @description The question. */
            question: string;
            /** @description The answer in one to three sentences. */
            answer: string;
            /** @description The answer in a word; which ones there are is said with each question. */
            verdict: string;
            /** @description The rows that the answer is made of. */
            rows: {
                /** @description Which side the entity is. */
                side: components["schemas"]["Side"];
                /**
                 * Format: int32
                 * @description The server's port; absent when unknown or without ports.
                 */
                port?: number | null;
                /**
                 * Format: int32
                 * @description IANA protocol number.
                 */
                protocol?: number | null;
                /** @description Service and port in words. */
                service: string;
                /**
                 * Format: int64
                 * @description Bytes towards the entity.
                 */
                bytes_in: number;
                /**
                 * Format: int64
                 * @description Bytes away from the entity.
                 */
                bytes_out: number;
                /**
                 * Format: int64
                 * @description Flow records.
                 */
                flows: number;
                /**
                 * Format: int64
                 * @description Of those, rejected.
                 */
                rejected: number;
                /**
                 * Format: int64
                 * @description Different remotes.
                 */
                remotes: number;
                /**
                 * @description Whether the entity had no accepted traffic on it, on this side, in the 45 days before; absent when there is nothing to compare
                 *     with.
                 */
                new?: boolean | null;
                /**
                 * Format: date-time
                 * @description When it began, of a new one.
                 */
                since?: string | null;
                /**
                 * Format: double
                 * @description How sure it is who connected, of a new one.
                 */
                confidence?: number | null;
                /** @description Whether the finding is about it. */
                in_finding: boolean;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /**
             * Format: double
             * @description How far the answer can be relied on, 0 to 1.
             */
            confidence: number;
            /** @description What is to be kept in mind. */
            caveats: string[];
        };
        /** @description An answer. */
        Answer_Transfer: {
            /** @description The question. */
            question: string;
            /** @description The answer in one to three sentences. */
            answer: string;
            /** @description The answer in a word; which ones there are is said with each question. */
            verdict: string;
            /** @description The rows that the answer is made of. */
            rows: ((components["schemas"]["DirectionTransfer"] & {
                /** @enum {string} */
                about: "direction";
            }) | (components["schemas"]["RemoteTransfer"] & {
                /** @enum {string} */
                about: "remote";
            }))[];
            /** @description The SQL behind them. */
            query: string;
            /**
             * Format: double
             * @description How far the answer can be relied on, 0 to 1.
             */
            confidence: number;
            /** @description What is to be kept in mind. */
            caveats: string[];
        };
        /** @description The four answers. */
        Answers: {
            /** @description The entity. */
            entity: string;
            /** @description The scope. */
            scope: components["schemas"]["Scope"];
            /** @description The finding that the answers are about, when there is one. */
            finding: string | null;
            /** @description Which ports and services were in use, and which of them are new? `new`, `usual`, `no-history`, `quiet`, `no-data`. */
            ports: components["schemas"]["Answer_PortUse"];
            /** @description Was there a large transfer, against what is usual? `large`, `raised`, `usual`, `no-history`, `quiet`, `no-data`. */
            transfer: components["schemas"]["Answer_Transfer"];
            /** @description Did the security groups allow it? `allowed`, `blocked`, `mixed`, `contradiction`, `unclear`, `unknown`, `quiet`, `no-data`. */
            permission: components["schemas"]["Answer_Permit"];
            /** @description What else may be affected? `others`, `none-known`, `quiet`, `no-data`. */
            reach: components["schemas"]["Answer_Contact"];
            /** @description What is missing from the scope. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Findings to put away, or to take back. */
        ArchiveRequest: {
            /** @description Ids of the findings, at most 1,000. */
            ids: string[];
            /** @description Whether they are put away. */
            archived: boolean;
        };
        /** @description What is usual for one interval and direction. */
        BandRow: {
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /** @description Which way the bytes go. */
            direction: string;
            /**
             * Format: int64
             * @description The likeliest number of bytes.
             */
            expected: number;
            /**
             * Format: int64
             * @description Lower edge of what is usual.
             */
            expected_low: number;
            /**
             * Format: int64
             * @description Upper edge of what is usual.
             */
            expected_high: number;
        };
        /** @description How much a baseline has learned. */
        BaselineInfo: {
            /**
             * Format: double
             * @description Days on record before the scope, at most 45: those of the lake, whatever the entity did in them.
             */
            days: number;
            /**
             * Format: double
             * @description Days that were learned before the last interval of the scope. Hours without data, hours of which records were lost and hours far
             *     above what is usual are not learned, and the days before the entity's first record are not either.
             */
            learned: number;
            /**
             * Format: double
             * @description 0 to 1, of the last interval of the scope: days of 14, and how often that hour of the week was seen.
             */
            maturity: number;
            /**
             * @description Whether two weeks have been learned. Before that the band is drawn as soon as the detectors judge by it, and is to be taken with
             *     care.
             */
            mature: boolean;
            /** @description The same in words. */
            words: string;
        };
        /** @description A number to compare with: GuardDuty writes integers; text with a number or a time in it will do. */
        Bound: number | string;
        /** @description How many findings were changed. */
        ChangedCount: {
            /**
             * Format: int64
             * @description Findings changed.
             */
            changed: number;
        };
        /** @description One promise, checked. */
        Check: {
            /**
             * Format: int32
             * @description Which invariant it belongs to, as numbered in the architecture page.
             */
            invariant: number;
            /** @description What was checked. */
            check: string;
            /** @description Whether it holds. */
            ok: boolean;
            /**
             * Format: int64
             * @description Rows that break it.
             */
            violations: number;
            /** @description The query that finds them. */
            query: string;
        };
        /**
         * @description What has to hold of one attribute; all that is given has to hold. The names are those of GuardDuty's API; the older ones (`eq`, `neq`,
         *     `gt`, …) are read as well, in lower case and capitalised. The last three are Weir's.
         */
        Condition: {
            /**
             * @description It is one of these.
             * @default []
             */
            equals: string[];
            /**
             * @description It is none of these.
             * @default []
             */
            notEquals: string[];
            /** @default null */
            greaterThan: components["schemas"]["Bound"] | null;
            /** @default null */
            greaterThanOrEqual: components["schemas"]["Bound"] | null;
            /** @default null */
            lessThan: components["schemas"]["Bound"] | null;
            /** @default null */
            lessThanOrEqual: components["schemas"]["Bound"] | null;
            /**
             * @description It fits one of these patterns, in which `*` stands for any text and `?` for one character.
             * @default []
             */
            matches: string[];
            /**
             * @description It fits none of these patterns.
             * @default []
             */
            notMatches: string[];
            /**
             * @description It is an address in one of these networks.
             * @default []
             */
            cidr: string[];
            /**
             * @description It is no address in one of these networks.
             * @default []
             */
            notCidr: string[];
            /**
             * @description It is a number in one of these ranges: `8000-8100`, or one number.
             * @default []
             */
            inRange: string[];
        };
        /** @description How sure a detector is. Apart from severity, which says how bad it would be. */
        Confidence: {
            /**
             * Format: double
             * @description The product of the factors, 0 to 1.
             */
            score: number;
            /** @description `Low` below 0.4, `Medium` below 0.75, else `High`. */
            word: string;
            /** @description The reasons in words, in the order of the factors. */
            reasons: string[];
            /** @description The factors. */
            factors: components["schemas"]["ConfidenceFactor"][];
        };
        /** @description One reason to be more or less sure. */
        ConfidenceFactor: {
            /** @description What it is about: `maturity`, `coverage`, `direction`, `success`, `peers`, `list`, `precision`. */
            name: string;
            /**
             * Format: double
             * @description 0 to 1; 1 takes nothing away.
             */
            value: number;
            /** @description Why, in words. */
            reason: string;
        };
        /** @description The connections that an occurrence is about: one remote address and service in one hour. */
        ConnectionAction: {
            /** @description Who opened the connection: `inbound` when the remote side did. */
            connection_direction: string;
            /**
             * Format: int32
             * @description IANA protocol number.
             */
            protocol: number | null;
            /**
             * Format: int32
             * @description The entity's port, known where the entity is the server.
             */
            local_port: number | null;
            /**
             * Format: int32
             * @description The remote port, known where the remote side is the server.
             */
            remote_port: number | null;
            /** @description The remote address. */
            remote_addr: string;
            /** @description What the network did. */
            action: string;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Packets towards the entity.
             */
            packets_in: number;
            /**
             * Format: int64
             * @description Packets away from the entity.
             */
            packets_out: number;
            /**
             * Format: int64
             * @description Flow segments.
             */
            flows: number;
            /** @description Country of the remote address, ISO 3166-1 alpha-2. */
            remote_country: string | null;
            /**
             * Format: int32
             * @description Autonomous system of the remote address.
             */
            remote_asn: number | null;
        };
        /**
         * @description Why an entity may be affected.
         * @enum {string}
         */
        ContactKind: "same-remote" | "new-internal";
        /** @description What one value adds to the whole. */
        Contribution: {
            /** @description The column: `remote_addr`, `service_port`, … */
            dimension: string;
            /** @description The value. */
            value: string;
            /**
             * Format: int64
             * @description Its bytes.
             */
            bytes: number;
            /**
             * Format: double
             * @description Its share of the whole, 0 to 1.
             */
            share: number;
        };
        /** @description What is missing from the time that an answer is about. Missing is not zero. */
        Coverage: {
            /** @description Whether nothing is known to be missing. */
            complete: boolean;
            /** @description Intervals in which records of the subject were lost (SKIPDATA); at most 200. */
            lost: components["schemas"]["CoverageGap"][];
            /** @description Hours of the scope in which nobody reported anything, before, after and between what was delivered. */
            silent: components["schemas"]["Span"][];
            /** @description All of it in one sentence. */
            words: string;
        };
        /** @description An interval with a caveat. */
        CoverageGap: {
            /** @description The entity. */
            entity: string | null;
            /** @description The interface. */
            interface_id: string | null;
            /** @description `skipdata`: records were lost. `nodata`: there was no traffic. */
            kind: string;
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /**
             * Format: date-time
             * @description End of the interval.
             */
            end: string;
            /** @description The object that said so. */
            object: string;
        };
        /**
         * @description GuardDuty's filter criteria: what has to hold of each attribute, by its path in GuardDuty's JSON. All have to hold.
         *
         *     Beside GuardDuty's attributes there are `weir.entity`, `weir.tactic`, `weir.technique`, `weir.remote` (an address of either family) and
         *     `weir.tags.KEY` (the value of one tag).
         */
        Criteria: {
            /** @description The conditions. */
            criterion: {
                [key: string]: components["schemas"]["Condition"];
            };
        };
        /** @description One row of the details, and what is known of its other side. */
        DetailLine: components["schemas"]["DetailRow"] & {
            /** @description The entity that held the remote address at that time, when it is one of ours. */
            remote_entity: string | null;
            /** @description The value of that entity's tag `Name`. */
            remote_name: string | null;
            /** @description Who runs the autonomous system of the remote address. */
            remote_as_org: string | null;
            /** @description Lists that the remote address is on. */
            lists: string[];
        };
        /**
         * @description One connection, or what is left of it: the row key is remote, ports, protocol and action; the direction is decided once for all
         *     records of the connection.
         */
        DetailRow: {
            /** @description The entity, when the question is about an address or an account. */
            entity?: string;
            /** @description The other side; absent when it is not known which side is which. */
            remote: string | null;
            /**
             * Format: int32
             * @description Port at the entity.
             */
            local_port: number | null;
            /**
             * Format: int32
             * @description Port at the other side.
             */
            remote_port: number | null;
            /**
             * Format: int32
             * @description IANA protocol number.
             */
            protocol: number | null;
            /** @description Its name. */
            protocol_name: string | null;
            /** @description The service the connection was for, by the server's port. */
            service: string | null;
            /** @description Who opened the connection: `inbound` the remote, `outbound` the entity, else `unknown`. */
            direction: string;
            /** @description The rule that says so. */
            direction_rule: string;
            /**
             * Format: double
             * @description How often that rule is right, 0 to 1.
             */
            direction_confidence: number;
            /** @description `accept` or `reject`; absent when the source does not say. */
            action: string | null;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Packets towards the entity.
             */
            packets_in: number;
            /**
             * Format: int64
             * @description Packets away from the entity.
             */
            packets_out: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
            /**
             * Format: int32
             * @description TCP flags or-ed over the records towards the entity.
             */
            tcp_flags_in: number | null;
            /**
             * Format: int32
             * @description TCP flags or-ed over the records away from the entity.
             */
            tcp_flags_out: number | null;
            /**
             * Format: date-time
             * @description Start of the first record.
             */
            first: string;
            /**
             * Format: date-time
             * @description End of the last record.
             */
            last: string;
            /** @description Country of the remote side. */
            remote_country: string | null;
            /**
             * Format: int32
             * @description Autonomous system of the remote side.
             */
            remote_asn: number | null;
            /** @description The interface that saw it; the first by name when there are several. */
            interface_id: string | null;
            /** @description Findings that rest on this row, by id. Filled by who knows the findings. */
            findings: string[];
        };
        /** @description Sums over the rows of all pages. */
        DetailTotals: {
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Packets towards the entity.
             */
            packets_in: number;
            /**
             * Format: int64
             * @description Packets away from the entity.
             */
            packets_out: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
        };
        /** @description A page of details. */
        DetailsPage: {
            /** @description The rows of this page. */
            rows: components["schemas"]["DetailLine"][];
            /** @description Rows on all pages. */
            total: number;
            /** @description Rows of the scope before the filter. */
            unfiltered: number;
            /** @description Sums over the rows of all pages. */
            totals: components["schemas"]["DetailTotals"];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Volume of one direction against what is usual. */
        DirectionTransfer: {
            /** @description Which way the bytes went. */
            direction: string;
            /**
             * Format: int64
             * @description Bytes in the hours of the scope.
             */
            bytes: number;
            /**
             * Format: int64
             * @description What those hours usually have together; absent when too little was learned.
             */
            expected: number | null;
            /**
             * Format: int64
             * @description Upper edge of what those hours usually have.
             */
            expected_high: number | null;
            /**
             * Format: double
             * @description Bytes over what is expected.
             */
            factor: number | null;
            /**
             * Format: date-time
             * @description The hour furthest above its upper edge, else the largest one.
             */
            peak: string | null;
            /**
             * Format: int64
             * @description Bytes in that hour.
             */
            peak_bytes: number;
            /**
             * Format: int64
             * @description What that hour usually has.
             */
            peak_expected: number | null;
            /**
             * Format: int64
             * @description Upper edge of what that hour usually has.
             */
            peak_high: number | null;
            /**
             * Format: int64
             * @description Hours above their upper edge.
             */
            hours_above: number;
        };
        /** @description How many different things there were in one interval. */
        DistinctBin: {
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /**
             * Format: int64
             * @description Different remote addresses, rejected traffic included.
             */
            remotes: number;
            /**
             * Format: int64
             * @description Different remote addresses of traffic that was accepted.
             */
            accepted_remotes: number;
            /**
             * Format: int64
             * @description Different server ports.
             */
            ports: number;
        };
        /** @description What the inventory knows of an entity. */
        EntityFacts: {
            /** @description Whether it knows it at all. */
            known: boolean;
            /** @description Whether the facts are later than the time asked about. */
            assumed: boolean;
            /**
             * Format: date-time
             * @description The snapshot that first stated the facts.
             */
            as_of: string | null;
            /**
             * Format: date-time
             * @description When it was found to be gone.
             */
            gone: string | null;
            /** @description What an interface of an AWS service stands for. */
            role: string | null;
            /** @description Availability zone. */
            zone: string | null;
            /** @description Its VPC. */
            vpc_id: string | null;
            /** @description Its subnet. */
            subnet_id: string | null;
            /** @description Its networks, of a subnet or VPC. */
            cidrs: string[];
            instance: components["schemas"]["InstanceFacts"] | null;
            /** @description Its interfaces. */
            interfaces: components["schemas"]["InterfaceFacts"][];
            /** @description Its security groups. */
            security_groups: components["schemas"]["GroupFacts"][];
            /** @description The network ACL of its subnet. */
            network_acl: string | null;
            /** @description Its tags. */
            tags: {
                [key: string]: string;
            };
        };
        /** @description The head of a profile. */
        EntityHead: {
            /** @description Its identifier. */
            id: string;
            /** @description `instance`, `interface`, `ip-address`, `vpc`, `subnet`, `account` or `resource`. */
            kind: string;
            /** @description The value of its tag `Name`. */
            name: string | null;
            /** @description Account that owns it. */
            account: string | null;
            /** @description Region. */
            region: string | null;
            /** @description The scope. */
            scope: components["schemas"]["Scope"];
            /**
             * Format: date-time
             * @description First time in the lake; absent when the lake knows nothing of it.
             */
            first_seen: string | null;
            /**
             * Format: date-time
             * @description Last time in the lake.
             */
            last_seen: string | null;
            /**
             * Format: int64
             * @description Flow records in the lake.
             */
            flows: number;
            /** @description What the inventory knows of it at the end of the scope. */
            facts: components["schemas"]["EntityFacts"];
            address: components["schemas"]["AddressFacts"] | null;
        };
        /** @description An entity of a list. */
        EntityLine: components["schemas"]["EntityTraffic"] & {
            /** @description `instance`, `interface`, … */
            kind: string;
            /** @description The value of its tag `Name`. */
            name: string | null;
            /**
             * Format: int64
             * @description Findings that touch the scope and are not put away.
             */
            findings: number;
            severity: components["schemas"]["Severity"] | null;
        };
        /** @description An entity and its traffic in a scope. */
        EntityTraffic: {
            /** @description The entity. */
            entity: string;
            /** @description Account that owns it. */
            account_id: string | null;
            /**
             * Format: int64
             * @description Bytes towards it.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from it.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
            /**
             * Format: date-time
             * @description First hour with traffic in the scope.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last hour with traffic in the scope.
             */
            last: string;
        };
        /** @description What an occurrence rests on, or all occurrences of a finding together. */
        Evidence: {
            /** @description One plain sentence. */
            summary: string;
            expected: components["schemas"]["Expected"] | null;
            /** @description What was seen. */
            actual: components["schemas"]["Measure"];
            /**
             * Format: double
             * @description Actual over expected.
             */
            factor: number | null;
            /** @description How the actual compares with everything on record, in words. */
            rank: string | null;
            /**
             * Format: date-time
             * @description Since when it has been going on.
             */
            since: string;
            so_far: components["schemas"]["Traffic"] | null;
            /** @description How well known the values of the traffic are. */
            novelty: components["schemas"]["Novelty"][];
            threshold: components["schemas"]["Measure"] | null;
            /**
             * Format: double
             * @description Actual over the limit; the further above 1, the clearer.
             */
            margin: number | null;
            /** @description How sure this is. */
            confidence: components["schemas"]["Confidence"];
            /** @description What would have made this not fire, each with its number. */
            would_not_fire: string[];
            /** @description The values that add most, largest first. */
            contributions: components["schemas"]["Contribution"][];
            /** @description The technique this is a sign of. */
            technique: components["schemas"]["Technique"];
            /** @description A query for exactly the rows this rests on. */
            rows: components["schemas"]["RowsQuery"];
            /** @description Names of the lists that the remote address is on. */
            list_names: string[];
            /** @description Further facts for programs, such as `context`. */
            additional: Record<string, never>;
        };
        /** @description What was to be expected. */
        Expected: {
            /**
             * Format: double
             * @description The likeliest value.
             */
            value: number;
            /**
             * Format: double
             * @description Lower edge of what is usual.
             */
            low: number;
            /**
             * Format: double
             * @description Upper edge of what is usual.
             */
            high: number;
            /** @description What the numbers count. */
            unit: components["schemas"]["Unit"];
            /** @description The band in words. */
            words: string;
        };
        /** @description Every occurrence of one issue of one entity, as one thing to look at. */
        Finding: {
            /** @description 32 hexadecimal digits; see [`finding_id`](crate::finding_id). */
            id: string;
            /** @description Its type. */
            finding_type: components["schemas"]["FindingType"];
            /** @description The entity it is about. */
            entity: string;
            /** @description What makes its occurrences the same issue. */
            aggregation_key: string;
            /** @description Account of the entity. */
            account_id: string | null;
            /** @description Region of the entity. */
            region: string | null;
            /**
             * Format: double
             * @description The highest severity of its occurrences.
             */
            severity: number;
            /** @description Title. */
            title: string;
            /** @description Description. */
            description: string;
            /**
             * Format: int64
             * @description Number of distinct occurrences.
             */
            count: number;
            /**
             * Format: date-time
             * @description Start of the first occurrence.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of the last occurrence.
             */
            last_seen: string;
            /** @description Whether someone put it away. Assembled findings are not; triage sets it. */
            archived: boolean;
            /** @description The group that it is in; see [`Grouping`](crate::Grouping). Assembled findings are in none. */
            group: string | null;
            /** @description The suppression rule that hides it. */
            suppressed_by: string | null;
            /** @description Whether it was made up, to show what a finding of its type looks like. */
            sample: boolean;
            /** @description The technique it is a sign of. */
            technique: components["schemas"]["Technique"];
            /** @description The resource it is about. */
            resource: components["schemas"]["Resource"];
            /** @description Every remote end point, the one with most bytes first. */
            actors: components["schemas"]["Actor"][];
            /** @description What all occurrences come to. */
            story: components["schemas"]["Story"];
            /**
             * @description The evidence of all occurrences, folded: what was seen and expected, the limit, the confidence and the rest are the strongest
             *     occurrence's; since when, how well known the values were before, the lists, the contributions and the rows are those of all.
             */
            evidence: components["schemas"]["Evidence"];
            /** @description Every occurrence, the earliest first. */
            occurrences: components["schemas"]["Occurrence"][];
        };
        /** @description A finding's page. */
        FindingPage: {
            /** @description The finding in a line, with what people decided about it. */
            summary: components["schemas"]["FindingSummary"];
            /** @description The finding with evidence, every actor and every occurrence. */
            finding: components["schemas"]["Finding"];
            /** @description The scope that its investigation begins with: the hours from its beginning to its last occurrence. */
            scope: components["schemas"]["Scope"];
            /** @description The entity it is about. */
            entity: components["schemas"]["EntityHead"];
            /** @description What is known of its remote end points. */
            remotes: components["schemas"]["RemoteFacts"][];
            /** @description Other findings of the entity within a day of it, and findings of others with one of its remote addresses. */
            related: components["schemas"]["FindingSummary"][];
            /** @description The query for the rows that it rests on. */
            rows: components["schemas"]["RowsQuery"];
            /** @description What is missing from the scope. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description A finding as a list shows it, with what people decided about it. */
        FindingSummary: {
            /** @description 32 hexadecimal digits. */
            id: string;
            /** @description Its type. */
            finding_type: components["schemas"]["FindingType"];
            /**
             * Format: double
             * @description The highest severity of its occurrences, 1.0 to 10.0.
             */
            severity: number;
            /** @description The same in a word. */
            severity_word: components["schemas"]["Severity"];
            /** @description Title. */
            title: string;
            /** @description Description. */
            description: string;
            /** @description The entity it is about. */
            entity: string;
            /** @description The value of the entity's tag `Name`. */
            entity_name: string | null;
            /** @description Account of the entity. */
            account_id: string | null;
            /** @description Region of the entity. */
            region: string | null;
            /**
             * Format: date-time
             * @description Start of the first occurrence.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of the last occurrence.
             */
            last_seen: string;
            /**
             * Format: int64
             * @description Occurrences; 0 when the data no longer show any and triage keeps the finding.
             */
            count: number;
            /**
             * Format: int64
             * @description Different remote end points.
             */
            actors: number;
            /** @description Remote address of the latest occurrence. */
            remote_addr: string;
            /** @description What all its occurrences come to, in one sentence. */
            summary: string;
            /** @description How sure the detector is of the strongest occurrence. */
            confidence: components["schemas"]["Confidence"];
            /** @description The technique it is a sign of. */
            technique: components["schemas"]["Technique"];
            /** @description Whether somebody put it away. */
            archived: boolean;
            /** @description Who decided last. */
            triaged_by: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            triaged_at: string | null;
            /** @description What they wrote. */
            note: string | null;
            /** @description The group that it is in. */
            group: string | null;
            /** @description The suppression rule that hides it. */
            suppressed_by: string | null;
            /** @description Whether it was made up, to show what a finding of its type looks like. */
            sample: boolean;
        };
        /** @description How many findings there are of one type and severity. */
        FindingTotal: {
            /** @description The type. */
            finding_type: components["schemas"]["FindingType"];
            /** @description The severity. */
            severity: components["schemas"]["Severity"];
            /** @description Whether they are put away. */
            archived: boolean;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /**
         * @description A type of finding.
         * @enum {string}
         */
        FindingType: "Behavior:EC2/NetworkPortUnusual" | "Behavior:EC2/TrafficVolumeUnusual" | "UnauthorizedAccess:EC2/TorClient" | "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom" | "UnauthorizedAccess:EC2/TorRelay" | "Backdoor:EC2/C&CActivity.B" | "CryptoCurrency:EC2/BitcoinTool.B" | "Trojan:EC2/BlackholeTraffic" | "Trojan:EC2/DropPoint" | "Recon:EC2/Portscan" | "Impact:EC2/PortSweep" | "Weir:EC2/InternalScan" | "Weir:EC2/InternalSweep" | "Weir:EC2/SlowScan" | "UnauthorizedAccess:EC2/SSHBruteForce" | "UnauthorizedAccess:EC2/RDPBruteForce" | "Impact:EC2/WinRMBruteForce" | "Weir:EC2/InternalBruteForce" | "Recon:EC2/PortProbeUnprotectedPort" | "Recon:EC2/PortProbeEMRUnprotectedPort" | "Backdoor:EC2/DenialOfService.Tcp" | "Backdoor:EC2/DenialOfService.Udp" | "Backdoor:EC2/DenialOfService.Dns" | "Backdoor:EC2/DenialOfService.UdpOnTcpPorts" | "Backdoor:EC2/DenialOfService.UnusualProtocol" | "Weir:EC2/InboundDenialOfService" | "Backdoor:EC2/Spambot" | "DefenseEvasion:EC2/UnusualDNSResolver" | "DefenseEvasion:EC2/UnusualDoHActivity" | "DefenseEvasion:EC2/UnusualDoTActivity" | "Weir:EC2/Beacon" | "Weir:EC2/Strobe" | "Weir:EC2/LateralMovement" | "Weir:EC2/Exfiltration" | "Weir:EC2/LongConnection" | "Weir:EC2/MiningBehavior" | "Weir:EC2/ProtocolMismatch" | "Weir:EC2/NewCountry" | "Weir:EC2/NewNetwork";
        /** @description A page of findings. */
        FindingsPage: {
            /** @description The findings of this page. */
            rows: components["schemas"]["FindingSummary"][];
            /**
             * Format: int64
             * @description Findings on all pages.
             */
            total: number;
        };
        /** @description Something a search found. */
        Found: {
            /** @description Its identifier. */
            id: string;
            /** @description `instance`, `interface`, `ip-address`, `account`, `vpc`, `subnet`, `resource` or `finding`. */
            kind: string;
            /** @description The value of its tag `Name`, or a finding's title. */
            name: string | null;
            /** @description Its account. */
            account: string | null;
            /** @description What matched, such as `address 10.0.0.5`. */
            matched: string;
            /**
             * Format: date-time
             * @description First time in the lake, of what was found there.
             */
            first_seen: string | null;
            /**
             * Format: date-time
             * @description Last time in the lake.
             */
            last_seen: string | null;
        };
        /** @description A geography file in use. */
        GeoFacts: {
            /** @description Where it is. */
            path: string;
            /** @description What its maker calls it. */
            database_type: string;
            /**
             * Format: date-time
             * @description When it was built.
             */
            built: string;
        };
        /** @description Findings that belong to one story. */
        Group: {
            /** @description 32 hexadecimal digits; see [`group_id`]. */
            id: string;
            /** @description What it is about, in a line. */
            title: string;
            /**
             * Format: double
             * @description 1.0 to 10.0: that of the gravest finding, or more when the findings together say more.
             */
            severity: number;
            /** @description The same in a word. */
            severity_word: components["schemas"]["Severity"];
            /** @description Why the severity is what it is. */
            severity_reason: string;
            /**
             * Format: double
             * @description What to look at first: grows with severity, confidence, and the length of the chain of tactics; 0 when all is put away.
             */
            score: number;
            /** @description Whether every finding is put away. */
            archived: boolean;
            /**
             * Format: date-time
             * @description Start of the first finding.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of the last finding.
             */
            last_seen: string;
            /** @description The tactics that follow each other in the order of an attack. */
            chain: string[];
            /** @description Every tactic, in the order of an attack. */
            tactics: components["schemas"]["GroupTactic"][];
            /** @description What happened, in order of time. */
            story: components["schemas"]["StoryLine"][];
            /** @description The findings, the earliest first. */
            members: components["schemas"]["GroupMember"][];
            /** @description What holds them together. */
            links: components["schemas"]["GroupLink"][];
            /** @description Who takes part: our machines first, then remote addresses, those in most findings first; at most 200. */
            entities: components["schemas"]["GroupEntity"][];
            /**
             * Format: int64
             * @description Different machines and addresses that take part.
             */
            entity_count: number;
            /** @description Groups that became part of it, the earliest first. */
            merged: components["schemas"]["GroupMerge"][];
        };
        /** @description A machine or an address that takes part. */
        GroupEntity: {
            /** @description Its identifier. */
            id: string;
            /** @description The value of its tag `Name`. */
            name: string | null;
            /** @description Which side it is on. */
            side: components["schemas"]["GroupSide"];
            /** @description The findings it takes part in. */
            findings: string[];
            /** @description The tactics of these findings, in the order of an attack. */
            tactics: string[];
        };
        /** @description A security group with its rules as they were at the time. */
        GroupFacts: {
            /** @description `sg-…`. */
            id: string;
            /** @description Its name. */
            name: string | null;
            /** @description Inbound rules in words; empty when the inventory does not hold them. */
            inbound: string[];
            /** @description Outbound rules in words. */
            outbound: string[];
            /**
             * Format: date-time
             * @description The snapshot that says so.
             */
            as_of: string | null;
            /** @description Whether that snapshot is later than the time asked about. */
            assumed: boolean;
        };
        /** @description A link between two findings of a group. */
        GroupLink: {
            /** @description Id of the earlier finding. */
            from: string;
            /** @description Id of the later finding. */
            to: string;
            /**
             * Format: double
             * @description How strong, from the threshold up.
             */
            weight: number;
            /**
             * Format: int64
             * @description Time between them, seconds.
             */
            gap_secs: number;
            /** @description What they share, what says most first. */
            shared: components["schemas"]["Shared"][];
        };
        /** @description A finding in a group. */
        GroupMember: {
            /** @description Id of the finding. */
            finding_id: string;
            /** @description Its type. */
            finding_type: components["schemas"]["FindingType"];
            /** @description Its title. */
            title: string;
            /** @description The entity it is about. */
            entity: string;
            /** @description The value of the entity's tag `Name`. */
            entity_name: string | null;
            /**
             * Format: double
             * @description Its severity.
             */
            severity: number;
            /** @description The same in a word. */
            severity_word: components["schemas"]["Severity"];
            /**
             * Format: double
             * @description How sure its detector is, 0 to 1.
             */
            confidence: number;
            /** @description The technique it is a sign of. */
            technique: components["schemas"]["Technique"];
            /**
             * Format: date-time
             * @description Start of its first occurrence.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of its last occurrence.
             */
            last_seen: string;
            /**
             * Format: int64
             * @description Its occurrences.
             */
            count: number;
            /** @description Whether somebody put it away: it counts for nothing here then. */
            archived: boolean;
            /** @description Whether it is a weak signal, which joins a group but makes none. */
            weak: boolean;
            /** @description Why it is here, in words. */
            because: string;
        };
        /** @description A group that became part of another. */
        GroupMerge: {
            /** @description Its id, which leads to this group now. */
            id: string;
            /** @description The findings it had. */
            findings: string[];
            /**
             * Format: date-time
             * @description When the finding that joined the two was first seen.
             */
            merged_at: string;
            /** @description The finding that joined the two. */
            by: string;
        };
        /**
         * @description Which side a participant is on.
         * @enum {string}
         */
        GroupSide: "local" | "remote";
        /** @description A group as a list shows it. */
        GroupSummary: {
            /** @description 32 hexadecimal digits. */
            id: string;
            /** @description What it is about, in a line. */
            title: string;
            /**
             * Format: double
             * @description 1.0 to 10.0.
             */
            severity: number;
            /** @description The same in a word. */
            severity_word: components["schemas"]["Severity"];
            /**
             * Format: double
             * @description What to look at first: the higher, the sooner.
             */
            score: number;
            /** @description Whether every finding in it is put away. */
            archived: boolean;
            /**
             * Format: date-time
             * @description Start of its first finding.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of its last finding.
             */
            last_seen: string;
            /**
             * Format: int64
             * @description Findings in it.
             */
            findings: number;
            /** @description The tactics that follow each other. */
            chain: string[];
            /** @description Our machines in it, at most five, those with most findings first. */
            entities: string[];
            /**
             * Format: int64
             * @description Different machines of ours that take part.
             */
            entity_count: number;
        };
        /** @description One tactic of a group. */
        GroupTactic: {
            /** @description Its name in ATT&CK. */
            tactic: string;
            /**
             * Format: int32
             * @description Its place in the order of an attack, 1 to 6; tactics of one place come in either order.
             */
            stage: number;
            /**
             * Format: date-time
             * @description When it was first noted.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description When it was last noted.
             */
            last_seen: string;
            /** @description The findings of it, the earliest first. */
            findings: string[];
            /** @description The machines they are about. */
            entities: string[];
            /** @description Whether it is part of the chain. */
            in_chain: boolean;
        };
        /** @description A page of finding groups. */
        GroupsPage: {
            /** @description The groups of this page, what to look at first coming first. */
            rows: components["schemas"]["GroupSummary"][];
            /**
             * Format: int64
             * @description Groups on all pages.
             */
            total: number;
        };
        /** @description An address that the inventory says an entity held, or an entity that held an address. */
        HeldAddress: {
            /** @description The address. */
            address: string;
            /** @description `primary`, `secondary`, `public`, `carrier` or `ipv6`. */
            kind: string;
            /** @description The interface. */
            interface_id: string;
            /** @description The instance, else the interface. */
            entity: string;
            /**
             * Format: date-time
             * @description From when.
             */
            from: string;
            /**
             * Format: date-time
             * @description Until when; absent when nothing says that it ended.
             */
            to: string | null;
            /** @description Whether the inventory's first snapshot is later than that, so that it stands in. */
            assumed: boolean;
        };
        /** @description A finding of high severity that a rule has just hidden. */
        HiddenHigh: {
            /** @description The rule. */
            rule: string;
            /** @description The finding. */
            finding: string;
            /** @description Its type. */
            finding_type: components["schemas"]["FindingType"];
            /** @description The entity it is about. */
            entity: string;
            /**
             * Format: double
             * @description Its severity.
             */
            severity: number;
        };
        /** @description An entity that held an address. */
        Holder: {
            /** @description The entity. */
            entity: string;
            /** @description The value of its tag `Name`. */
            name: string | null;
            /** @description The interface. */
            interface_id: string;
            /** @description The VPC: private addresses are unique only inside one. */
            vpc_id: string | null;
            /** @description Its account. */
            account: string | null;
            /**
             * Format: date-time
             * @description From when.
             */
            from: string;
            /**
             * Format: date-time
             * @description Until when; absent when nothing says that it ended.
             */
            to: string | null;
            /** @description Whether that is assumed from a later snapshot. */
            assumed: boolean;
        };
        /** @description An instance profile. */
        IamInstanceProfile: {
            /** @description Its ARN. */
            arn: string;
            /** @description Its id. */
            id: string;
        };
        /** @description An EC2 instance. */
        InstanceFacts: {
            /** @description Instance type, such as `m7i.large`. */
            instance_type: string | null;
            /**
             * Format: date-time
             * @description When it was last started.
             */
            launch_time: string | null;
            /** @description `running`, `stopped`, … */
            state: string | null;
            /** @description Machine image. */
            image_id: string | null;
            /** @description Operating system and licence. */
            platform: string | null;
            /** @description Role it runs under. */
            instance_profile: string | null;
        };
        /** @description A network interface. */
        InterfaceFacts: {
            /** @description `eni-…`. */
            id: string;
            /** @description What an interface of an AWS service stands for. */
            role: string | null;
            /** @description Its addresses. */
            addresses: string[];
            /** @description Its VPC. */
            vpc_id: string | null;
            /** @description Its subnet. */
            subnet_id: string | null;
            /** @description Its security groups. */
            security_groups: string[];
            /**
             * Format: date-time
             * @description When it was attached.
             */
            attached: string | null;
        };
        /**
         * @description What a job is at.
         * @enum {string}
         */
        JobState: "idle" | "running" | "failing";
        /** @description How a job is doing. */
        JobStatus: {
            /** @description `collect`, `detect`, `compact`, `expire`, `vacuum`. */
            name: string;
            /** @description What it is at. */
            state: components["schemas"]["JobState"];
            /**
             * Format: int64
             * @description Runs begun since the start.
             */
            runs: number;
            /**
             * Format: int64
             * @description Runs that failed.
             */
            failures: number;
            /**
             * Format: date-time
             * @description When a run last succeeded.
             */
            last_success: string | null;
            /**
             * Format: int64
             * @description Time of all runs that ended, milliseconds.
             */
            busy_millis: number;
            /**
             * Format: int64
             * @description Time of the last run that ended, milliseconds.
             */
            last_millis: number | null;
            /** @description What the last run did. */
            note: string | null;
            /** @description Why the last run failed; none when it succeeded. */
            error: string | null;
        };
        /** @description From when to when there are flows. */
        LakeRange: {
            /**
             * Format: date-time
             * @description First hour with flows; absent when the lake is empty.
             */
            first: string | null;
            /**
             * Format: date-time
             * @description End of the last hour with flows.
             */
            last: string | null;
        };
        /** @description That a list holds an address. */
        ListFacts: {
            /** @description The list's name. */
            list: string;
            /** @description What being on it means. */
            kind: string;
            /** @description The entry that holds the address. */
            network: string;
            /**
             * Format: date-time
             * @description When the list was added.
             */
            added: string;
        };
        /** @description A list in force. */
        ListState: {
            /** @description Its name. */
            name: string;
            /** @description What being on it means. */
            kind: string;
            /**
             * Format: date-time
             * @description When its content was added.
             */
            added: string;
            /**
             * Format: int64
             * @description How old it was at the end of the lake's data, whole days; a stale list looks just like a fresh one.
             */
            age_days: number;
            /** @description Where it came from. */
            source: string | null;
            /** @description Addresses and networks on it. */
            entries: number;
        };
        /** @description A number and what it counts. */
        Measure: {
            /**
             * Format: double
             * @description The number.
             */
            value: number;
            /** @description What it counts. */
            unit: components["schemas"]["Unit"];
            /** @description The number in words. */
            words: string;
        };
        /** @description A security-group rule that does not match, and why. */
        MissedFacts: {
            /** @description The group. */
            group_id: string;
            /** @description Its name. */
            group_name: string;
            /** @description The rule in words. */
            text: string;
            /** @description What about the connection it does not match. */
            reason: string;
        };
        /** @description A network interface. */
        NetworkInterface: {
            /**
             * @description Interface id.
             * @default null
             */
            networkInterfaceId: string;
            /**
             * @description Primary private address.
             * @default null
             */
            privateIpAddress: string;
            /**
             * @description Private host name.
             * @default null
             */
            privateDnsName: string;
            /**
             * @description All private addresses.
             * @default []
             */
            privateIpAddresses: components["schemas"]["PrivateIpAddressDetails"][];
            /**
             * @description Public address.
             * @default null
             */
            publicIp: string;
            /**
             * @description Public host name.
             * @default null
             */
            publicDnsName: string;
            /**
             * @description IPv6 addresses.
             * @default []
             */
            ipv6Addresses: string[];
            /**
             * @description Security groups.
             * @default []
             */
            securityGroups: components["schemas"]["SecurityGroup"][];
            /**
             * @description Subnet.
             * @default null
             */
            subnetId: string;
            /**
             * @description VPC.
             * @default null
             */
            vpcId: string;
        };
        /** @description A country or autonomous system that nobody had spoken with in the 45 days before. */
        Newcomer: {
            /** @description `country` or `asn`. */
            kind: string;
            /** @description Its code or number. */
            value: string;
            /**
             * Format: date-time
             * @description First time in the scope.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last time in the scope.
             */
            last: string;
            /**
             * Format: int64
             * @description Entities that spoke with it.
             */
            entities: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
            /**
             * Format: int64
             * @description Bytes, both ways.
             */
            bytes: number;
        };
        /** @description A note on a finding. */
        NoteRequest: {
            /** @description The note, at most 4,000 characters; absent or empty to take it away. */
            note?: string | null;
        };
        /** @description Something the entity had not touched in the 45 days before. */
        Novel: {
            /** @description What it is: `remote_port`, `local_port`, `remote_addr`, `remote_net`, `asn`, `country`. */
            kind: string;
            /** @description Its value. */
            value: string;
            /**
             * Format: date-time
             * @description First time in the scope.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last time in the scope.
             */
            last: string;
            /**
             * Format: int64
             * @description Flow records in the scope.
             */
            flows: number;
            /**
             * Format: int64
             * @description Bytes in the scope, both ways.
             */
            bytes: number;
            /**
             * Format: double
             * @description Highest confidence in the connection direction.
             */
            confidence: number;
            /**
             * Format: int64
             * @description How many new values of this kind there are, of which those with most bytes are given.
             */
            total: number;
        };
        /** @description How well known one value of the traffic is. */
        Novelty: {
            /** @description What kind of value: `remote_addr`, `remote_net`, `remote_port`, `asn`, `country`. */
            kind: string;
            /** @description The value. */
            value: string;
            /** @description How well known. */
            status: components["schemas"]["NoveltyStatus"];
            /**
             * Format: date-time
             * @description When it was seen last before this.
             */
            last_seen: string | null;
            /** @description What there is to say. */
            note: string;
        };
        /**
         * @description How well known a value is to the machine.
         * @enum {string}
         */
        NoveltyStatus: "new" | "rare" | "grown" | "usual";
        /** @description One object of the ledger. */
        ObjectRow: {
            /** @description Where it was read from. */
            uri: string;
            /** @description What it was found to be. */
            format: string | null;
            /** @description What went wrong with it as a whole. */
            problem: string | null;
            /** @description Whether it was read to its end. */
            complete: boolean;
            /**
             * Format: int64
             * @description Records in it.
             */
            records: number;
            /**
             * Format: int64
             * @description Records that became flows.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Records refused.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Records that are coverage facts.
             */
            coverage: number;
            /**
             * Format: int64
             * @description Records already known.
             */
            duplicates: number;
            /**
             * Format: date-time
             * @description When it was committed.
             */
            ingested_at: string | null;
        };
        /** @description One noteworthy hour of one entity with one remote end point. */
        Occurrence: {
            /** @description The type of the finding. */
            finding_type: components["schemas"]["FindingType"];
            /** @description The entity it is about. */
            entity: string;
            /** @description What makes occurrences the same issue; with type and entity it makes the finding's id. */
            aggregation_key: string;
            /** @description What tells this occurrence from the others of the finding. Raising it again gives the same key. */
            occurrence_key: string;
            /**
             * Format: date-time
             * @description First packet window.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of the last packet window.
             */
            last_seen: string;
            /**
             * Format: double
             * @description 1.0 to 10.0.
             */
            severity: number;
            /** @description The connections. */
            connection: components["schemas"]["ConnectionAction"];
            /** @description Account of the entity. */
            account_id: string | null;
            /** @description What it rests on. */
            evidence: components["schemas"]["Evidence"];
        };
        /** @description How much was noted in one interval. */
        OccurrenceBin: {
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /** @description Severity of the occurrences. */
            severity: components["schemas"]["Severity"];
            /**
             * Format: int64
             * @description Different findings with occurrences in it.
             */
            findings: number;
            /**
             * Format: int64
             * @description Occurrences that begin in it.
             */
            occurrences: number;
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_CoverageGap: {
            /** @description The rows. */
            rows: {
                /** @description The entity. */
                entity?: string | null;
                /** @description The interface. */
                interface_id?: string | null;
                /** @description `skipdata`: records were lost. `nodata`: there was no traffic. */
                kind: string;
                /**
                 * Format: date-time
                 * @description Start of the interval.
                 */
                start: string;
                /**
                 * Format: date-time
                 * @description End of the interval.
                 */
                end: string;
                /** @description The object that said so. */
                object: string;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_DistinctBin: {
            /** @description The rows. */
            rows: {
                /**
                 * Format: date-time
                 * @description Start of the interval.
                 */
                start: string;
                /**
                 * Format: int64
                 * @description Different remote addresses, rejected traffic included.
                 */
                remotes: number;
                /**
                 * Format: int64
                 * @description Different remote addresses of traffic that was accepted.
                 */
                accepted_remotes: number;
                /**
                 * Format: int64
                 * @description Different server ports.
                 */
                ports: number;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_EntityLine: {
            /** @description The rows. */
            rows: (components["schemas"]["EntityTraffic"] & {
                /** @description `instance`, `interface`, … */
                kind: string;
                /** @description The value of its tag `Name`. */
                name?: string | null;
                /**
                 * Format: int64
                 * @description Findings that touch the scope and are not put away.
                 */
                findings: number;
                severity?: components["schemas"]["Severity"] | null;
            })[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_Novel: {
            /** @description The rows. */
            rows: {
                /** @description What it is: `remote_port`, `local_port`, `remote_addr`, `remote_net`, `asn`, `country`. */
                kind: string;
                /** @description Its value. */
                value: string;
                /**
                 * Format: date-time
                 * @description First time in the scope.
                 */
                first: string;
                /**
                 * Format: date-time
                 * @description Last time in the scope.
                 */
                last: string;
                /**
                 * Format: int64
                 * @description Flow records in the scope.
                 */
                flows: number;
                /**
                 * Format: int64
                 * @description Bytes in the scope, both ways.
                 */
                bytes: number;
                /**
                 * Format: double
                 * @description Highest confidence in the connection direction.
                 */
                confidence: number;
                /**
                 * Format: int64
                 * @description How many new values of this kind there are, of which those with most bytes are given.
                 */
                total: number;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_PortLine: {
            /** @description The rows. */
            rows: (components["schemas"]["PortVolume"] & {
                /**
                 * Format: int64
                 * @description Bytes towards the entity in an average hour of the scope.
                 */
                bytes_in_per_hour: number;
                /**
                 * Format: int64
                 * @description Bytes away from the entity in an average hour of the scope.
                 */
                bytes_out_per_hour: number;
                /**
                 * Format: double
                 * @description Share of all bytes of the scope, 0 to 1.
                 */
                share: number;
            })[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Typed rows, the SQL that gives them again, and what is missing from the time they are about. */
        Panel_VolumeRow: {
            /** @description The rows. */
            rows: {
                /**
                 * Format: date-time
                 * @description Start of the interval.
                 */
                start: string;
                /** @description Which way the bytes went: `inbound`, `outbound` or `unknown`. */
                direction: string;
                /** @description `accept` or `reject`; absent when the source does not say. */
                action?: string | null;
                /**
                 * Format: int64
                 * @description Bytes.
                 */
                bytes: number;
                /**
                 * Format: int64
                 * @description Packets.
                 */
                packets: number;
                /**
                 * Format: int64
                 * @description Flow records.
                 */
                flows: number;
                /**
                 * Format: int64
                 * @description Lower edge of what is usual for all actions of this interval and direction together; absent when the bins are shorter than an hour
                 *     or do not lie wholly in the scope, and when too little was learned.
                 */
                expected_low?: number | null;
                /**
                 * Format: int64
                 * @description Upper edge of the same.
                 */
                expected_high?: number | null;
            }[];
            /** @description The SQL behind them. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description A message that could not be acted on. */
        ParkedMessage: {
            /** @description Identifier of the message. */
            id: string;
            /**
             * Format: date-time
             * @description When it was last received.
             */
            time: string;
            /** @description Why it was parked. */
            reason: string;
            /** @description The beginning of its body. */
            excerpt: string;
            /**
             * Format: int32
             * @description How often it was received.
             */
            receives: number;
            /** @description Whether it was deleted from the queue. */
            deleted: boolean;
        };
        /** @description Where an address is. */
        Place: {
            /** @description ISO 3166-1 alpha-2 code. */
            country: string | null;
            /** @description Country in English. */
            country_name: string | null;
            /** @description City. */
            city: string | null;
            /**
             * Format: double
             * @description Degrees north.
             */
            latitude: number | null;
            /**
             * Format: double
             * @description Degrees east.
             */
            longitude: number | null;
            /**
             * Format: int32
             * @description Autonomous system.
             */
            asn: number | null;
            /** @description Who runs it. */
            as_org: string | null;
        };
        /** @description Volume of one service port, in all and on average. */
        PortLine: components["schemas"]["PortVolume"] & {
            /**
             * Format: int64
             * @description Bytes towards the entity in an average hour of the scope.
             */
            bytes_in_per_hour: number;
            /**
             * Format: int64
             * @description Bytes away from the entity in an average hour of the scope.
             */
            bytes_out_per_hour: number;
            /**
             * Format: double
             * @description Share of all bytes of the scope, 0 to 1.
             */
            share: number;
        };
        /** @description Volume of one service port. */
        PortVolume: {
            /**
             * Format: int32
             * @description The server's port; absent when unknown or without ports.
             */
            port: number | null;
            /**
             * Format: int32
             * @description IANA protocol number.
             */
            protocol: number | null;
            /** @description Service commonly found there. */
            service: string | null;
            /** @description Who opened the connections. */
            direction: string;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
            /**
             * Format: int64
             * @description Of those, rejected.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Different remotes.
             */
            remotes: number;
        };
        /** @description A private address of an interface. */
        PrivateIpAddressDetails: {
            /**
             * @description Private host name.
             * @default null
             */
            privateDnsName: string;
            /**
             * @description The address.
             * @default
             */
            privateIpAddress: string;
        };
        /** @description An error as it is sent (RFC 9457, `application/problem+json`). */
        Problem: {
            /** @description What sort of problem; `about:blank` means that the status says it all. */
            type: string;
            /** @description The status in words. */
            title: string;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description What went wrong, for whoever asked. */
            detail: string;
        };
        /** @description A product code. */
        ProductCode: {
            /** @description The code. */
            productCodeId: string;
            /** @description Its type. */
            productCodeType: string;
        };
        /** @description A profile page. */
        Profile: {
            /** @description The scope. */
            scope: components["schemas"]["Scope"];
            /** @description What the entity is. */
            entity: components["schemas"]["EntityHead"];
            /** @description Findings that touch the scope, the latest first. */
            findings: components["schemas"]["FindingSummary"][];
            /** @description Overall flow volume. */
            volume: components["schemas"]["VolumePanel"];
            /** @description The first rows of the details for the scope, client ports folded away. */
            details: components["schemas"]["DetailsPage"];
            /** @description Distinct remotes and ports over time. */
            distinct: components["schemas"]["Panel_DistinctBin"];
            /** @description Volume by common port. */
            ports: components["schemas"]["Panel_PortLine"];
            /** @description What is new in the scope, of each kind that with most bytes. */
            new: components["schemas"]["Panel_Novel"];
            /** @description Addresses used and held. */
            addresses: components["schemas"]["AddressesPanel"];
            /** @description What is missing from the scope. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Accepted connections that one host opened to another on one service. */
        ReachEdge: {
            /** @description Who opened them. */
            from: string;
            /** @description To whom. */
            to: string;
            /**
             * Format: int32
             * @description The server's port.
             */
            service_port: number | null;
            /**
             * Format: int32
             * @description IANA protocol number.
             */
            protocol: number | null;
            /**
             * Format: date-time
             * @description First packet window.
             */
            first_seen: string;
            /**
             * Format: date-time
             * @description End of the last packet window.
             */
            last_seen: string;
            /**
             * Format: int64
             * @description Bytes both ways.
             */
            bytes: number;
            /** @description Whether the two had not spoken so in the history before. */
            is_new: boolean;
        };
        /** @description What a host can have touched. */
        ReachPanel: {
            /** @description The host itself first, then each in the order of the instant from which it can have been touched. */
            rows: components["schemas"]["ReachedHost"][];
            /** @description Hosts in all; more than there are rows when `limit` cut them off. */
            total: number;
            /** @description Whether there were more connections than are gone through, of which the earliest were. */
            truncated: boolean;
            /** @description The SQL behind the connections. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description A host that can have been touched. */
        Reached: {
            /** @description The host. */
            host: string;
            /**
             * Format: date-time
             * @description From when on.
             */
            at: string;
            /**
             * Format: int32
             * @description Hosts on the way to it, the first host not counted.
             */
            hops: number;
            by: components["schemas"]["ReachEdge"] | null;
            /** @description Whether every connection on the way to it is new. */
            all_new: boolean;
        };
        /** @description A host that can have been touched, and what it is called. */
        ReachedHost: components["schemas"]["Reached"] & {
            /** @description Its `Name` tag. */
            name: string | null;
            /** @description The service by which it was reached, such as `ssh`. */
            service: string | null;
        };
        /** @description How telling a receiver of findings is going. */
        ReceiverStatus: {
            /** @description Its name, as configured. */
            name: string;
            /** @description `webhook`, `slack`, `syslog`, `file`. */
            kind: string;
            /** @description Where it is, without what is secret. */
            place: string;
            /** @description `starting`, `running`, `failing`, `stopped`. */
            state: string;
            /**
             * Format: date-time
             * @description When it last took something.
             */
            last_success: string | null;
            last_error: components["schemas"]["SourceTrouble"] | null;
            /**
             * Format: int64
             * @description Errors since the start: attempts that failed, and refusals.
             */
            errors: number;
            /**
             * Format: int64
             * @description Notices that it took.
             */
            delivered: number;
            /**
             * Format: int64
             * @description Notices that it refused for good.
             */
            refused: number;
            /**
             * Format: int64
             * @description Notices that it is not told of: by severity or type, put away since, or too soon after the last.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Attempts after a failed one.
             */
            retries: number;
            /**
             * Format: int64
             * @description Notices that wait, of those looked at last.
             */
            waiting: number;
            /**
             * Format: date-time
             * @description When the one that waits longest was found.
             */
            waiting_since: string | null;
        };
        /** @description One refused record. */
        RejectRow: {
            /** @description The object it came in. */
            object: string;
            /**
             * Format: int64
             * @description Line or row, from 1.
             */
            position: number;
            /** @description Why. */
            reason: string;
            /** @description The record, cut. */
            text: string;
        };
        /** @description What is known of a remote end point of a finding. */
        RemoteFacts: {
            /** @description The address. */
            remote_addr: string;
            /** @description Where it is. */
            location: components["schemas"]["Place"];
            /** @description Lists that it is on. */
            lists: components["schemas"]["ListFacts"][];
            /** @description The entity that held it, when it is one of ours. */
            entity: string | null;
        };
        /** @description Volume with one remote against its own history. */
        RemoteTransfer: {
            /** @description The remote address; for a question about an address, the entity. */
            remote: string;
            /** @description The entity that holds the address, when it is one of ours. */
            remote_entity: string | null;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: double
             * @description Share of all bytes of the scope, 0 to 1.
             */
            share: number;
            /**
             * @description `new`: no traffic in the 45 days before. `rare`: in a few hours only, and never as much. `grown`: known, and more in an hour than
             *     ever before. `usual`: the rest.
             */
            status: components["schemas"]["NoveltyStatus"];
            /**
             * Format: int64
             * @description Bytes in the 45 days before.
             */
            before_bytes: number;
            /**
             * Format: int64
             * @description Greatest number of bytes in one hour of them.
             */
            before_hour_max: number;
            /**
             * Format: int64
             * @description Hours of them with traffic.
             */
            before_hours: number;
            /**
             * Format: int64
             * @description Greatest number of bytes in one hour of the scope.
             */
            hour_max: number;
            /** @description Server ports. */
            ports: string;
            /** @description Whether the finding is about it. */
            in_finding: boolean;
            /**
             * Format: date-time
             * @description First time in the scope.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last time in the scope.
             */
            last: string;
        };
        /** @description Volume exchanged with one remote address. */
        RemoteVolume: {
            /** @description The entity. */
            entity: string;
            /** @description The remote address. */
            remote: string;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Flow records that were not rejected.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Flow records that were rejected.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Greatest number of bytes in one hour, both ways.
             */
            hour_max: number;
            /**
             * Format: int64
             * @description Hours with traffic.
             */
            hours: number;
            /**
             * Format: date-time
             * @description First time.
             */
            first: string;
            /**
             * Format: date-time
             * @description Last time.
             */
            last: string;
            /** @description Server ports, `tcp/443` and such, separated by commas; the entity's own when the remote connected. */
            ports: string;
        };
        /** @description An EC2 instance as the inventory describes it; without inventory, what its flow records say. */
        Resource: {
            /**
             * @description Account that owns it. Not part of the details written.
             * @default null
             */
            accountId: string;
            /**
             * @description Region it is in. Not part of the details written.
             * @default null
             */
            region: string;
            /**
             * @description Instance id; for an entity that is no instance, the entity.
             * @default null
             */
            instanceId: string;
            /**
             * @description Instance type such as `m5.large`.
             * @default null
             */
            instanceType: string;
            /**
             * @description When it was launched, RFC 3339.
             * @default null
             */
            launchTime: string;
            /**
             * @description State such as `running`.
             * @default null
             */
            instanceState: string;
            /**
             * @description Platform, `windows` or absent.
             * @default null
             */
            platform: string;
            /**
             * @description Availability zone.
             * @default null
             */
            availabilityZone: string;
            /**
             * @description Machine image.
             * @default null
             */
            imageId: string;
            /**
             * @description Description of the machine image.
             * @default null
             */
            imageDescription: string;
            /**
             * @description Outpost it runs on.
             * @default null
             */
            outpostArn: string;
            /**
             * @description Instance profile.
             * @default null
             */
            iamInstanceProfile: components["schemas"]["IamInstanceProfile"];
            /**
             * @description Product codes.
             * @default []
             */
            productCodes: components["schemas"]["ProductCode"][];
            /**
             * @description Tags.
             * @default []
             */
            tags: components["schemas"]["Tag"][];
            /**
             * @description Network interfaces, the primary one first.
             * @default []
             */
            networkInterfaces: components["schemas"]["NetworkInterface"][];
        };
        /** @description A query over `flows`, complete in itself: its literals are written out. */
        RowsQuery: {
            /** @description The SQL. */
            sql: string;
            /** @description The values that stand in it, by name, for display and for filling in a form. */
            parameters: {
                [key: string]: string;
            };
        };
        /** @description A security-group rule that matches. */
        RuleFacts: {
            /** @description The group. */
            group_id: string;
            /** @description Its name. */
            group_name: string;
            /** @description The rule in words. */
            text: string;
            /** @description What its author wrote. */
            description: string | null;
            /** @description Whether it certainly matches: not so for prefix lists, of which the entries are not known. */
            certain: boolean;
        };
        /** @description Which samples to make. */
        SampleRequest: {
            /**
             * @description Types of finding; every type when there is none.
             * @default []
             */
            types: components["schemas"]["FindingType"][];
        };
        /** @description The samples there are. */
        Samples: {
            /** @description Ids of the sample findings made. */
            ids: string[];
            /**
             * Format: int64
             * @description Sample findings taken away.
             */
            removed: number;
        };
        /** @description Days of the week and hours of the day, UTC. A stretch that ends before it begins goes on into the next day. */
        Schedule: {
            /** @description Days that it begins on, in English; every day when empty. */
            days?: string[];
            /** @description Beginning, `22:00`. */
            from: string;
            /** @description End, `06:00`; that minute no longer belongs to it. */
            to: string;
        };
        /** @description A scope of time as an answer repeats it. */
        Scope: {
            /**
             * Format: date-time
             * @description First instant.
             */
            from: string;
            /**
             * Format: date-time
             * @description First instant after.
             */
            to: string;
        };
        /** @description What a search found. */
        SearchResult: {
            /** @description The text searched for. */
            text: string;
            /** @description What was found: exact matches first, then ours, then addresses of others; at most 200. */
            rows: components["schemas"]["Found"][];
            /** @description Whether there is more. */
            more: boolean;
        };
        /** @description A security group. */
        SecurityGroup: {
            /**
             * @description Group id.
             * @default
             */
            groupId: string;
            /**
             * @description Group name.
             * @default
             */
            groupName: string;
        };
        /**
         * @description Severity in a word: the bands that GuardDuty uses.
         * @enum {string}
         */
        Severity: "low" | "medium" | "high" | "critical";
        /** @description One thing that two findings share. */
        Shared: {
            /** @description Its kind. */
            kind: components["schemas"]["SharedKind"];
            /** @description Which. */
            value: string;
        };
        /**
         * @description What kind of thing is shared.
         * @enum {string}
         */
        SharedKind: "entity" | "address" | "network" | "service" | "principal" | "scaling-group";
        /**
         * @description Which side of a connection the entity is.
         * @enum {string}
         */
        Side: "client" | "server" | "unknown";
        /** @description How a source is doing. */
        SourceStatus: {
            /** @description Its name, as configured. */
            name: string;
            /** @description `folder`, `s3_queue`, `s3_listing`, `firehose`, `upload`, `list`, `inventory`. */
            kind: string;
            /** @description What it watches: a path, a queue, a bucket. */
            place: string;
            /** @description `starting`, `running`, `failing`, `done`, `stopped`. */
            state: string;
            /**
             * Format: date-time
             * @description When it last reached what it watches.
             */
            last_success: string | null;
            /**
             * Format: date-time
             * @description When an object of it was last committed.
             */
            last_commit: string | null;
            last_error: components["schemas"]["SourceTrouble"] | null;
            /**
             * Format: int64
             * @description Errors since the start.
             */
            errors: number;
            /**
             * Format: int64
             * @description Objects handed to the collector; one that is delivered again counts again.
             */
            delivered: number;
            /**
             * Format: int64
             * @description Objects committed.
             */
            committed: number;
            /**
             * Format: int64
             * @description Objects read and not understood.
             */
            unusable: number;
            /**
             * Format: int64
             * @description Objects that failed and come again.
             */
            failed: number;
            /**
             * Format: int64
             * @description Objects passed over, known or not asked for.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Bytes of the objects committed, as delivered.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Objects that wait for their commit.
             */
            in_flight: number;
            /**
             * Format: int64
             * @description Objects or messages that wait to be taken, where the source can tell.
             */
            backlog: number | null;
            /**
             * Format: int64
             * @description From the modification of the object committed last to its commit, seconds.
             */
            lag_secs: number | null;
            /**
             * Format: int64
             * @description Messages parked since the start.
             */
            parked: number;
            /** @description The latest of them. */
            parked_messages: components["schemas"]["ParkedMessage"][];
        };
        /** @description Totals over everything read. */
        SourceTotals: {
            /**
             * Format: int64
             * @description Objects read.
             */
            objects: number;
            /**
             * Format: int64
             * @description Objects not read to their end, or not understood.
             */
            incomplete: number;
            /**
             * Format: int64
             * @description Records in them.
             */
            records: number;
            /**
             * Format: int64
             * @description Records that became flows.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Records refused.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Records that are coverage facts.
             */
            coverage: number;
            /**
             * Format: int64
             * @description Records already known.
             */
            duplicates: number;
            /**
             * Format: int64
             * @description Bytes as delivered.
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When the last object was committed.
             */
            last_ingested: string | null;
        };
        /** @description The last error of a source. */
        SourceTrouble: {
            /**
             * Format: date-time
             * @description When it last happened.
             */
            time: string;
            /** @description What, with its causes. */
            message: string;
            /**
             * Format: int64
             * @description How often it happened in a row.
             */
            times: number;
        };
        /** @description What was read, what was refused, what is missing, and what is known beside it. */
        Sources: {
            /** @description From when to when there are flows. */
            range: components["schemas"]["LakeRange"];
            /** @description Totals over everything read. */
            totals: components["schemas"]["SourceTotals"];
            /** @description Objects with refused records or a problem, the latest first. */
            troubled: components["schemas"]["ObjectRow"][];
            /** @description Refused records. */
            rejects: components["schemas"]["RejectRow"][];
            /** @description Intervals in which records were lost. */
            gaps: components["schemas"]["CoverageGap"][];
            /** @description Lists in force. */
            lists: components["schemas"]["ListState"][];
            /** @description Geography files in use. */
            geography: components["schemas"]["GeoFacts"][];
            /** @description Whether there is an inventory. */
            inventory: boolean;
            /**
             * Format: date-time
             * @description How far detection has come.
             */
            detected_through: string | null;
            /** @description The SQL behind each part, by name. */
            queries: {
                [key: string]: string;
            };
        };
        /** @description A stretch of time. */
        Span: {
            /**
             * Format: date-time
             * @description Its start.
             */
            start: string;
            /**
             * Format: date-time
             * @description Its end.
             */
            end: string;
        };
        /** @description Bytes of one interval of a small chart. */
        SparkPoint: {
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
        };
        /** @description An answer to SQL. */
        SqlAnswer: {
            /** @description The columns. */
            columns: components["schemas"]["SqlColumn"][];
            /** @description The rows, values in the order of the columns. */
            rows: Record<string, never>[][];
            /** @description The SQL as it was run. */
            query: string;
        };
        /** @description A column of an answer. */
        SqlColumn: {
            /** @description Its name. */
            name: string;
            /** @description Its Arrow type. */
            data_type: string;
        };
        /** @description A query that somebody typed. */
        SqlRequest: {
            /** @description The SQL; reads only. */
            query: string;
            /** @description Most rows, 1 to 10,000; 1,000 by default. An answer with more is refused. */
            limit?: number | null;
        };
        /** @description The sources and the jobs of this process. Empty in one that only answers. */
        Status: {
            /** @description Whether this process collects. */
            collecting: boolean;
            /** @description Its sources, as configured. */
            sources: components["schemas"]["SourceStatus"][];
            /** @description Its jobs: collecting, detecting, tidying up. */
            jobs: components["schemas"]["JobStatus"][];
            /** @description Who is told of findings. */
            receivers: components["schemas"]["ReceiverStatus"][];
        };
        /** @description What the occurrences of a finding come to together. */
        Story: {
            /** @description One sentence: how often, how long, how much, and the strongest occurrence. Of a single occurrence what that one says. */
            lead: string;
            /**
             * Format: date-time
             * @description Since when it has been going on. That is before the first occurrence where the hours before it count as well.
             */
            from: string;
            /**
             * Format: date-time
             * @description End of the last occurrence.
             */
            to: string;
            /**
             * Format: int64
             * @description Number of occurrences.
             */
            occurrences: number;
            /**
             * Format: int64
             * @description Different remote addresses.
             */
            remotes: number;
            /** @description All traffic of it, each hour once. */
            traffic: components["schemas"]["Traffic"];
            /** @description Key of the strongest occurrence: the most severe, of these the one furthest above its limit, of these the one with most bytes. */
            strongest: string;
        };
        /** @description A sentence of a story. */
        StoryLine: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description The sentence. */
            text: string;
            /** @description The tactic that it tells of; none for the first and the last sentence. */
            tactic: string | null;
            /** @description The findings that it tells of. */
            findings: string[];
        };
        /** @description The first page. */
        Summary: {
            /** @description The scope. */
            scope: components["schemas"]["Scope"];
            /** @description From when to when there are flows. */
            range: components["schemas"]["LakeRange"];
            /** @description Totals over everything read. */
            totals: components["schemas"]["SourceTotals"];
            /** @description How many findings there are, by type, severity and archive, at whatever time. */
            findings: components["schemas"]["FindingTotal"][];
            /** @description Findings that touch the scope and are not put away, the most severe first. */
            latest: components["schemas"]["FindingSummary"][];
            /** @description Occurrences over the scope, by severity. */
            findings_over_time: components["schemas"]["OccurrenceBin"][];
            /**
             * Format: int64
             * @description Length of the bins of `findings_over_time` and of the small charts, seconds.
             */
            bin_secs: number;
            /** @description Entities with most traffic in the scope. */
            top: components["schemas"]["TopEntity"][];
            /** @description Newly seen countries and autonomous systems, largest first. */
            newcomers: components["schemas"]["Newcomer"][];
            /** @description Whether the 45 days before the scope hold any data to compare with. */
            has_history: boolean;
            /** @description Lists in force, with their age. */
            lists: components["schemas"]["ListState"][];
            /** @description The SQL behind each part, by name. */
            queries: {
                [key: string]: string;
            };
            /** @description What is missing from the scope. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description What a new rule did. */
        SuppressionAdded: {
            /** @description The rule and what it hides. */
            state: components["schemas"]["SuppressionState"];
            /** @description Findings of high severity that were hidden just now: an alarm. */
            hidden_high: components["schemas"]["HiddenHigh"][];
        };
        /** @description What a rule would hide of the last 90 days. */
        SuppressionPreview: {
            /**
             * Format: date-time
             * @description Start of what was looked at.
             */
            from: string;
            /**
             * Format: int64
             * @description Findings looked at.
             */
            looked_at: number;
            /**
             * Format: int64
             * @description Findings that it would hide.
             */
            hidden: number;
            /**
             * Format: int64
             * @description Their occurrences.
             */
            occurrences: number;
            /**
             * Format: int64
             * @description Of the findings, those of high or critical severity.
             */
            hidden_high: number;
            /** @description How many it would hide, by severity in a word. */
            by_severity: {
                [key: string]: number;
            };
            /** @description How many it would hide, by type. */
            by_type: {
                [key: string]: number;
            };
            /** @description The findings, the gravest first; at most 100. */
            findings: components["schemas"]["FindingSummary"][];
        };
        /** @description A suppression rule as somebody asks for it. */
        SuppressionRequest: {
            /** @description 3 to 64 letters, digits, dots, hyphens and underscores. */
            name: string;
            /** @description What it hides: GuardDuty's finding criteria. */
            criteria: components["schemas"]["Criteria"];
            schedule?: components["schemas"]["Schedule"] | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires?: string | null;
            /** @description Who answers for it; whoever asks when absent. */
            owner?: string | null;
            /** @description Why it is right. */
            reason: string;
        };
        /** @description A rule that hides findings. */
        SuppressionRule: {
            /** @description 3 to 64 characters. */
            name: string;
            /** @description What it hides. */
            criteria: components["schemas"]["Criteria"];
            schedule: components["schemas"]["Schedule"] | null;
            /**
             * Format: date-time
             * @description When it ends. What it hid comes back then.
             */
            expires: string | null;
            /** @description Who answers for it. */
            owner: string;
            /** @description Why it is right. */
            reason: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
        };
        /** @description A rule with what it hides. */
        SuppressionState: {
            /** @description The rule. */
            rule: components["schemas"]["SuppressionRule"];
            /** @description Whether it has ended. */
            expired: boolean;
            /**
             * Format: int64
             * @description Findings that it hides.
             */
            hidden: number;
            /**
             * Format: int64
             * @description Of these, those of high or critical severity: somebody should look at them.
             */
            hidden_high: number;
        };
        /** @description A tag. */
        Tag: {
            /** @description Key. */
            key: string;
            /** @description Value. */
            value: string;
        };
        /** @description A MITRE ATT&CK technique. */
        Technique: {
            /** @description Identifier such as `T1571`. */
            id: string;
            /** @description Name of the technique. */
            name: string;
            /** @description The tactic it serves here. */
            tactic: string;
        };
        /** @description An entity with much traffic. */
        TopEntity: components["schemas"]["EntityLine"] & {
            /** @description Its traffic over the scope. */
            spark: components["schemas"]["SparkPoint"][];
        };
        /** @description Bytes both ways and flow segments. */
        Traffic: {
            /**
             * Format: int64
             * @description Bytes towards the entity.
             */
            bytes_in: number;
            /**
             * Format: int64
             * @description Bytes away from the entity.
             */
            bytes_out: number;
            /**
             * Format: int64
             * @description Flow segments.
             */
            flows: number;
        };
        /**
         * @description What a number counts.
         * @enum {string}
         */
        Unit: "bytes-per-hour" | "bytes" | "flows" | "hosts" | "ports" | "sessions" | "packets" | "hours" | "share";
        /** @description Volume over time, and what is usual. */
        VolumePanel: {
            /**
             * Format: int64
             * @description Length of the bins, seconds.
             */
            bin_secs: number;
            /** @description The bins with traffic, by time, direction and action. */
            rows: components["schemas"]["VolumeRow"][];
            /**
             * @description What is usual for every interval of the scope, with traffic or not; empty when the bins are no whole hours. Of bins longer than an
             *     hour those that lie wholly in the scope have one: it is learned from such bins, and is not the sum of what is usual for the hours.
             */
            bands: components["schemas"]["BandRow"][];
            baseline: components["schemas"]["BaselineInfo"] | null;
            /** @description The SQL behind the rows. */
            query: string;
            /** @description What is missing. */
            coverage: components["schemas"]["Coverage"];
        };
        /** @description Volume of one interval, one direction of the bytes and one action. */
        VolumeRow: {
            /**
             * Format: date-time
             * @description Start of the interval.
             */
            start: string;
            /** @description Which way the bytes went: `inbound`, `outbound` or `unknown`. */
            direction: string;
            /** @description `accept` or `reject`; absent when the source does not say. */
            action: string | null;
            /**
             * Format: int64
             * @description Bytes.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Packets.
             */
            packets: number;
            /**
             * Format: int64
             * @description Flow records.
             */
            flows: number;
            /**
             * Format: int64
             * @description Lower edge of what is usual for all actions of this interval and direction together; absent when the bins are shorter than an hour
             *     or do not lie wholly in the scope, and when too little was learned.
             */
            expected_low: number | null;
            /**
             * Format: int64
             * @description Upper edge of the same.
             */
            expected_high: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
